namespace HashBalancer.Transport.Tests.Support;

/// <summary>For a channel whose times nobody asks for.</summary>
internal sealed class Unheard : IChannelObserver
{
    public static readonly Unheard Instance = new();

    private Unheard()
    {
    }

    public void Received(int count)
    {
    }

    public void Sent()
    {
    }
}

using System.Text;
using HashBalancer.Proxy.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>A proxy of one way of forwarding before a node that speaks bytes.</summary>
internal sealed class ForwardingBed : IAsyncDisposable
{
    private readonly ProxyHost _proxy;

    private ForwardingBed(ProxyHost proxy, ScriptedNode node)
    {
        _proxy = proxy;
        Node = node;
    }

    public ScriptedNode Node { get; }

    public ProxyHost Proxy => _proxy;

    public int Port => _proxy.Port;

    public int Http2Port => _proxy.Http2Port;

    /// <summary>Requests that took the fast path, and YARP's.</summary>
    public (long Fast, long Stock) Paths =>
        _proxy.Services.GetRequiredService<ForwardingMetrics>() is var metrics ? (metrics.Of(ForwardingPath.Fast), metrics.Of(ForwardingPath.Stock)) : default;

    /// <summary>Connections to nodes that no request uses.</summary>
    public long Idle => _proxy.Services.GetRequiredService<ConnectionTable>().Idle;

    public static async Task<ForwardingBed> Start(string answer, ForwardingMode mode = ForwardingMode.Auto, TimeSpan? timeout = null, TimeProvider? time = null)
    {
        var node = new ScriptedNode { Answer = Encoding.Latin1.GetBytes(answer) };
        ProxyHost proxy = await ProxyHost.Start(
            new() { ["items"] = ["path"] }, activityTimeout: timeout, configure: services => services.AddSingleton(new ForwardingSettings { Mode = mode }).AddSingleton(time ?? TimeProvider.System));
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "a", node.Port)));
        return new ForwardingBed(proxy, node);
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await Node.DisposeAsync();
    }
}

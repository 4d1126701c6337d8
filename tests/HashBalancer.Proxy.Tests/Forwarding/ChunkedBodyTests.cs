using System.Text;
using HashBalancer.Fuzzing.Messages;

namespace HashBalancer.Proxy.Tests.Forwarding;

public sealed class ChunkedBodyTests
{
    [Theory]
    [InlineData("0\r\n\r\n", "")]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "hello")]
    [InlineData("5;a=b\r\nhello\r\n00\r\n\r\n", "hello")]
    [InlineData("A\r\n0123456789\r\n1 ;x\r\n!\r\n0\r\nX: y\r\nZ: \r\n\r\n", "0123456789!")]
    public void Body_InAnyPieces_IsTakenWhole(string text, string expected)
    {
        for (int cut = 0; cut <= text.Length; cut++)
            Assert.Equal((true, true, expected), Take(text, cut));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("x\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("0x5\r\nhello\r\n")]
    [InlineData(" 5\r\nhello\r\n")]
    [InlineData("5 \r\nhello\r\n")]
    [InlineData("5\nhello\r\n")]
    [InlineData("5\r\nhello!\r\n")]
    [InlineData("5\r\nhello\n0\r\n\r\n")]
    [InlineData("5;\0\r\nhello\r\n")]
    [InlineData("5;a\rb\r\nhello\r\n")]
    [InlineData("1000000000000000\r\n")]
    [InlineData("0\r\nno colon\r\n\r\n")]
    public void Body_Malformed_IsRefused(string text) => Assert.False(Take(text, text.Length).IsSound);

    [Fact]
    public void Body_Mutated_EndsOrIsRefusedOrWantsMore()
    {
        var random = new Random(7);
        byte[] sound = Encoding.ASCII.GetBytes("1a;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n");
        for (int i = 0; i < 200_000; i++)
        {
            string text = Encoding.Latin1.GetString(Mutation.Of(sound, random));
            (bool isSound, bool isDone, string data) = Take(text, random.Next(text.Length + 1));
            Assert.True(data.Length <= text.Length);
            Assert.True(isSound || !isDone);
        }
    }

    private static (bool IsSound, bool IsDone, string Data) Take(string text, int cut)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        var body = new ChunkedBody();
        var data = new StringBuilder();
        int at = 0;
        foreach (int end in (int[])[cut, bytes.Length])
        {
            while (!body.IsDone)
            {
                if (!body.TryTake(bytes.AsSpan(at, end - at), out int used, out ReadOnlySpan<byte> taken))
                    return (false, false, data.ToString());
                if (used == 0)
                    break;
                data.Append(Encoding.Latin1.GetString(taken));
                at += used;
            }
        }

        return (true, body.IsDone, data.ToString());
    }
}

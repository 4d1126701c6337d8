using System.Text;
using HashBalancer.Fuzzing.Messages;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>What a node may say before its body, and what is refused because it can be read in two ways.</summary>
public sealed class ResponseHeadTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", 200, nameof(BodyFraming.UntilClose), false)]
    [InlineData("HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n", 200, nameof(BodyFraming.Length), true)]
    [InlineData("HTTP/1.1 200 \r\nContent-Length:5\t\r\n\r\n", 200, nameof(BodyFraming.Length), true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 200, nameof(BodyFraming.Length), true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", 200, nameof(BodyFraming.Chunked), true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: x, Close\r\n\r\n", 200, nameof(BodyFraming.Chunked), false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", 200, nameof(BodyFraming.Length), false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n", 200, nameof(BodyFraming.Length), true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, nameof(BodyFraming.None), true)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, nameof(BodyFraming.None), true)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", 100, nameof(BodyFraming.None), true)]
    [InlineData("HTTP/1.1 999 Odd\r\nX: \r\nContent-Length: 0\r\n\r\n", 999, nameof(BodyFraming.Length), true)]
    public void Head_WellFormed_IsRead(string text, int status, string framing, bool keptAlive)
    {
        var head = new ResponseHead();

        Assert.True(head.TryRead(Encoding.Latin1.GetBytes(text), isAnswerToHead: false));

        Assert.Equal((status, framing, keptAlive), (head.Status, head.Framing.ToString(), head.IsKeptAlive));
    }

    [Theory]
    [InlineData("\r\n\r\n")]
    [InlineData("HTTP/2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.2 200 OK\r\n\r\n")]
    [InlineData("http/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1\t200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 O\0K\r\n\r\n")]
    [InlineData("HTTP/1.1 200 O\nK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 O\u00e9K\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n Content-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\rContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: a\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA b: c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public void Head_MalformedOrAmbiguous_IsRefused(string text) =>
        Assert.False(new ResponseHead().TryRead(Encoding.Latin1.GetBytes(text), isAnswerToHead: false));

    [Fact]
    public void Head_AnswersHead_HasNoBodyAndKeepsItsLength()
    {
        var head = new ResponseHead();

        Assert.True(head.TryRead("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"u8, isAnswerToHead: true));

        Assert.Equal((BodyFraming.None, 5L), (head.Framing, head.Length));
    }

    /// <summary>Whatever a node sends is read or refused, and what is read lies within it.</summary>
    [Fact]
    public void Head_Mutated_NeverThrows()
    {
        var random = new Random(5);
        byte[] sound = Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 12\r\nTransfer-Encoding: chunked\r\nConnection: close, x\r\nSet-Cookie: a=b\r\n\r\n");
        var head = new ResponseHead();
        for (int i = 0; i < 200_000; i++)
        {
            byte[] mutated = Mutation.Of(sound, random);
            int end = mutated.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end < 0 || !head.TryRead(mutated.AsSpan(0, end + 4), isAnswerToHead: false))
                continue;
            foreach (ResponseHead.Field field in head.Fields)
            {
                Assert.InRange(field.Name + field.NameLength, 1, end);
                Assert.InRange(field.Value + field.ValueLength, 1, end);
            }
        }
    }
}

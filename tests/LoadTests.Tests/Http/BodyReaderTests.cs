using System.Text;
using HashBalancer.LoadTests.Http;

namespace HashBalancer.LoadTests.Tests.Http;

public sealed class BodyReaderTests
{
    private const string Chunked = "5\r\nhello\r\nA;ext=1\r\n, big worl\r\n1 \r\nd\r\n0\r\nTrailer: x\r\n\r\n";

    [Fact]
    public void Feed_ChunksCutAnywhere_AreJoined()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Chunked);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var body = new BodyReader();
            body.Begin(new ResponseHead(200, BodyFraming.Chunked, 0, KeepAlive: true));
            bool ended = body.Feed(bytes.AsSpan(0, cut));
            Assert.Equal(cut == bytes.Length, ended);
            if (!ended)
                Assert.True(body.Feed(bytes.AsSpan(cut)));
            Assert.Equal("hello, big world", Encoding.ASCII.GetString(body.Captured));
        }
    }

    [Fact]
    public void Feed_ByteByByte_EndsWithTheLastByte()
    {
        var body = new BodyReader();
        body.Begin(new ResponseHead(200, BodyFraming.Chunked, 0, KeepAlive: true));
        byte[] bytes = Encoding.ASCII.GetBytes(Chunked);
        for (int i = 0; i < bytes.Length; i++)
            Assert.Equal(i == bytes.Length - 1, body.Feed(bytes.AsSpan(i, 1)));
    }

    [Theory]
    [InlineData("x\r\n", "a chunk without a size")]
    [InlineData("\r\n", "a chunk without a size")]
    [InlineData("-1\r\n", "a chunk without a size")]
    [InlineData("FFFFFFFFFFFFFFFF1\r\n", "a chunk without a size")]
    [InlineData("1\r\nab\r\n", "a chunk longer than its size")]
    [InlineData("0\r\n\r\nHTTP/1.1", "bytes after the response's end")]
    public void Feed_BrokenChunks_AreMalformed(string text, string message)
    {
        var body = new BodyReader();
        body.Begin(new ResponseHead(200, BodyFraming.Chunked, 0, KeepAlive: true));

        Assert.Equal(message, Assert.Throws<MalformedResponseException>(() => body.Feed(Encoding.ASCII.GetBytes(text))).Message);
    }

    [Fact]
    public void Feed_ChunkLineWithoutEnd_IsMalformed()
    {
        var body = new BodyReader();
        body.Begin(new ResponseHead(200, BodyFraming.Chunked, 0, KeepAlive: true));

        Assert.Equal("a chunk line without an end",
            Assert.Throws<MalformedResponseException>(() => body.Feed(Encoding.ASCII.GetBytes(new string('0', 300)))).Message);
    }

    [Fact]
    public void Feed_MoreThanTheLength_IsMalformed()
    {
        var body = new BodyReader();
        body.Begin(new ResponseHead(200, BodyFraming.Length, 3, KeepAlive: true));

        Assert.Throws<MalformedResponseException>(() => body.Feed("abcd"u8));
    }

    [Fact]
    public void Feed_LargeBody_IsCountedWholeAndKeptInPart()
    {
        var body = new BodyReader();
        body.Begin(new ResponseHead(200, BodyFraming.Length, 3L * BodyReader.CaptureLimit, KeepAlive: true));
        byte[] part = new byte[BodyReader.CaptureLimit - 1];
        Array.Fill(part, (byte)'a');

        Assert.False(body.Feed(part));
        Assert.False(body.Truncated);
        Assert.False(body.Feed(part));
        Assert.True(body.Truncated);
        Assert.True(body.Feed(part.AsSpan(0, BodyReader.CaptureLimit - part.Length)) is false && body.Feed(new byte[BodyReader.CaptureLimit + 1]));
        Assert.Equal((3L * BodyReader.CaptureLimit, BodyReader.CaptureLimit), (body.Length, body.Captured.Length));
    }

    [Fact]
    public void EndOfStream_OnlyWhereTheCloseIsTheEnd_IsTheEnd()
    {
        var body = new BodyReader();
        body.Begin(new ResponseHead(200, BodyFraming.UntilClose, 0, KeepAlive: false));
        Assert.False(body.Feed("abc"u8));
        Assert.True(body.EndOfStream());
        Assert.Equal(3, body.Length);

        body.Begin(new ResponseHead(200, BodyFraming.Length, 5, KeepAlive: true));
        Assert.False(body.Feed("abc"u8));
        Assert.False(body.EndOfStream());
    }

    [Fact]
    public void Begin_SecondResponse_ForgetsTheFirst()
    {
        var body = new BodyReader();
        body.Begin(new ResponseHead(200, BodyFraming.Length, 3, KeepAlive: true));
        Assert.True(body.Feed("abc"u8));
        body.Begin(new ResponseHead(200, BodyFraming.None, 0, KeepAlive: true));

        Assert.True(body.Feed([]));
        Assert.Equal(0, body.Length);
    }
}

using System.Text;
using HashBalancer.LoadTests.Http;

namespace HashBalancer.LoadTests.Tests.Http;

public sealed class ResponseHeadTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, (int)BodyFraming.Length, 5, true)]
    [InlineData("HTTP/1.1 200\r\ncontent-length:7\r\nCONTENT-LENGTH: 7\r\n\r\n", 200, (int)BodyFraming.Length, 7, true)]
    [InlineData("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: Chunked\r\n\r\n", 404, (int)BodyFraming.Chunked, 0, true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 200, (int)BodyFraming.Length, 0, false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", 200, (int)BodyFraming.Length, 1, false)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\n", 200, (int)BodyFraming.Length, 1, true)]
    [InlineData("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n", 200, (int)BodyFraming.UntilClose, 0, false)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, (int)BodyFraming.None, 0, true)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, (int)BodyFraming.None, 0, true)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", 103, (int)BodyFraming.None, 0, true)]
    public void TryRead_Head_TellsHowTheBodyEnds(string text, int status, int framing, long length, bool keepAlive)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text + "body");

        Assert.True(ResponseHead.TryRead(bytes, answersHead: false, out ResponseHead head, out int consumed));
        Assert.Equal(new ResponseHead(status, (BodyFraming)framing, length, keepAlive), head);
        Assert.Equal(text.Length, consumed);
    }

    [Fact]
    public void TryRead_AnswerToHead_HasNoBody()
    {
        Assert.True(ResponseHead.TryRead("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"u8, answersHead: true, out ResponseHead head, out _));
        Assert.Equal(BodyFraming.None, head.Framing);
    }

    [Fact]
    public void TryRead_EveryShorterPart_IsIncomplete()
    {
        byte[] bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"u8.ToArray();
        for (int length = 0; length < bytes.Length; length++)
            Assert.False(ResponseHead.TryRead(bytes.AsSpan(0, length), answersHead: false, out _, out _));
    }

    [Theory]
    [InlineData("HTTP/2 200 OK\r\n\r\n", "no status line: \"HTTP/2 200 OK\"")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n", "no status line: \"HTTP/1.1 20 OK\"")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n", "no status line: \"HTTP/1.1 2000 OK\"")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n", "no status line: \"HTTP/1.1 099 OK\"")]
    [InlineData("garbage\r\n\r\n", "no status line: \"garbage\"")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "no header: \"no colon\"")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "Content-Length: \"-1\"")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", "Content-Length: \"5, 5\"")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "Content-Length: \"6\"")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "Transfer-Encoding: \"gzip\"")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", "both Content-Length and Transfer-Encoding")]
    public void TryRead_NoOrAmbiguousHead_IsMalformed(string text, string message)
    {
        MalformedResponseException e = Assert.Throws<MalformedResponseException>(
            () => ResponseHead.TryRead(Encoding.ASCII.GetBytes(text), answersHead: false, out _, out _));

        Assert.Equal(message, e.Message);
    }
}

using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace HashBalancer.Functional.Streams;

/// <summary>gRPC as it is on the wire: HTTP/2, messages with a length before them, the status in the trailers.</summary>
public sealed class GrpcTests
{
    private const string Http2Upstream = """{ "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact" } }""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unary_ThroughHttp2_CarriesMessageAndTrailers()
    {
        await using Backend backend = await Backend.Start(
            app => app.Run(async context =>
            {
                byte[] message = await ReadMessage(context.Request.Body);
                context.Response.ContentType = "application/grpc";
                context.Response.DeclareTrailer("grpc-status");
                await context.Response.Body.WriteAsync(Framed([.. message.Reverse()]), context.RequestAborted);
                context.Response.AppendTrailer("grpc-status", context.Request.Protocol == "HTTP/2" ? "0" : "13");
            }),
            HttpProtocols.Http2, Http2Upstream, "--HashBalancer:Proxy:Http2:Listen=127.0.0.1:0");

        using HttpClient client = Http2Client();
        using HttpRequestMessage request = Call(backend, new ByteArrayContent(Framed([1, 2, 3])));
        using HttpResponseMessage response = await client.SendAsync(request, Stop);

        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
        Assert.Equal(Framed([3, 2, 1]), await response.Content.ReadAsByteArrayAsync(Stop));
        Assert.Equal(["0"], response.TrailingHeaders.GetValues("grpc-status"));
    }

    [Fact]
    public async Task BidirectionalStream_SilentForLong_CarriesEachMessageAsItComes()
    {
        await using Backend backend = await Backend.Start(
            app => app.Run(async context =>
            {
                context.Response.ContentType = "application/grpc";
                await context.Response.StartAsync(context.RequestAborted);
                while (await ReadMessage(context.Request.Body) is { Length: > 0 } message)
                {
                    await context.Response.Body.WriteAsync(Framed(message), context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                }

                context.Response.AppendTrailer("grpc-status", "0");
            }),
            HttpProtocols.Http2, Http2Upstream, "--HashBalancer:Proxy:Http2:Listen=127.0.0.1:0");

        using HttpClient client = Http2Client();
        using var messages = new DuplexContent();
        using HttpRequestMessage request = Call(backend, messages);
        Task<HttpResponseMessage> sent = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        Stream questions = await messages.Questions;

        // The head of the answer comes with its first message: until then nobody knows whether it is all there will be.
        await questions.WriteAsync(Framed([0, 0]), Stop);
        await questions.FlushAsync(Stop);
        using HttpResponseMessage response = await sent;
        Stream answers = await response.Content.ReadAsStreamAsync(Stop);
        Assert.Equal([0, 0], await ReadMessage(answers));
        for (byte i = 1; i <= 20; i++)
        {
            // Longer than servers by default wait for a body's next bytes; nothing but the clock can show that nobody gives up.
            if (i == 10)
                await Task.Delay(TimeSpan.FromSeconds(8), TimeProvider.System, Stop);
            await questions.WriteAsync(Framed([i, i]), Stop);
            await questions.FlushAsync(Stop);
            Assert.Equal([i, i], await ReadMessage(answers));
        }

        messages.Complete();
        Assert.Empty(await ReadMessage(answers));
        Assert.Equal(["0"], response.TrailingHeaders.GetValues("grpc-status"));
    }

    private static HttpClient Http2Client() => new() { Timeout = TimeSpan.FromSeconds(60) };

    private static HttpRequestMessage Call(Backend backend, HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        return new HttpRequestMessage(HttpMethod.Post, new Uri(backend.Gateway.Http2!, "/echo.Echo/Say"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
            Headers = { TE = { new TransferCodingWithQualityHeaderValue("trailers") } },
        };
    }

    private static byte[] Framed(byte[] message) => [0, 0, 0, 0, (byte)message.Length, .. message];

    /// <summary>One message; empty at the stream's end.</summary>
    private static async Task<byte[]> ReadMessage(Stream from)
    {
        byte[] head = new byte[5];
        if (await from.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, Stop) < head.Length)
            return [];
        byte[] message = new byte[head[4]];
        await from.ReadExactlyAsync(message, Stop);
        return message;
    }

    /// <summary>A body that the test writes while it reads the answer.</summary>
    private sealed class DuplexContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Stream> Questions => _stream.Task;

        public void Complete() => _complete.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            // As gRPC's clients do: the head leaves before there is a message.
            await stream.FlushAsync(Stop);
            _stream.SetResult(stream);
            await _complete.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

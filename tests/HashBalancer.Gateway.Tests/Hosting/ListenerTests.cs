using System.Net;
using HashBalancer.Gateway.Clients;
using HashBalancer.Gateway.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace HashBalancer.Gateway.Tests.Hosting;

public sealed class ListenerTests
{
    [Theory]
    [InlineData(HttpProtocols.Http1, nameof(IoMode.IoUring), false)]
    [InlineData(HttpProtocols.Http2, nameof(IoMode.IoUring), true)]
    [InlineData(HttpProtocols.Http2, nameof(IoMode.Epoll), true)]
    [InlineData(HttpProtocols.Http2, nameof(IoMode.Pool), true)]
    public async Task Connection_ByProtocol_GathersWhatStreamsAnswerForHttp2Alone(HttpProtocols protocols, string io, bool expected)
    {
        await using WebApplication app = await Start(
            protocols, io, context => context.Response.WriteAsync(context.Features.Get<IConnectionTransportFeature>()!.Transport.GetType().DeclaringType?.Name ?? ""));
        using HttpClient client = Client(app, protocols);

        string owner = await client.GetStringAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(expected, owner == nameof(GatheredOutput));
    }

    [Theory]
    [InlineData(nameof(IoMode.IoUring))]
    [InlineData(nameof(IoMode.Pool))]
    public async Task Answers_OfManyStreamsOfAConnection_ArriveWhole(string io)
    {
        const int streams = 60, pieces = 20, piece = 9_000;
        await using WebApplication app = await Start(HttpProtocols.Http2, io, async context =>
        {
            byte of = (byte)int.Parse(context.Request.Path.Value![1..], System.Globalization.CultureInfo.InvariantCulture);
            for (int i = 0; i < pieces; i++)
                await context.Response.Body.WriteAsync(Enumerable.Repeat((byte)(of + i), piece).ToArray(), context.RequestAborted);
        });
        using HttpClient client = Client(app, HttpProtocols.Http2);

        byte[][] answers = await Task.WhenAll(Enumerable.Range(0, streams).Select(s => client.GetByteArrayAsync($"/{s}", TestContext.Current.CancellationToken)));

        byte[][] expected = [.. Enumerable.Range(0, streams).Select(s => Enumerable.Range(0, pieces).SelectMany(i => Enumerable.Repeat((byte)(s + i), piece)).ToArray())];
        Assert.Equal(Enumerable.Repeat(true, streams), answers.Zip(expected, (answer, whole) => answer.AsSpan().SequenceEqual(whole)));
    }

    private static async Task<WebApplication> Start(HttpProtocols protocols, string io, RequestDelegate answer)
    {
        WebApplicationBuilder builder = BareBuilder.Create(
            new ConfigurationBuilder().Build(), NullLoggerFactory.Instance, Enum.Parse<IoMode>(io), new Listener(ListenAddress.Of("127.0.0.1:0"), protocols));
        WebApplication app = builder.Build();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static HttpClient Client(WebApplication app, HttpProtocols protocols) => new()
    {
        BaseAddress = BoundAddress.Of(app),
        DefaultRequestVersion = protocols == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}

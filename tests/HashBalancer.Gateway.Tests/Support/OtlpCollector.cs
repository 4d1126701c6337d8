using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Gateway.Tests.Support;

/// <summary>A span as a collector got it.</summary>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="SpanId">16 of them.</param>
/// <param name="ParentId">Those of its parent; empty: none.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">1 internal, 2 server, 3 client.</param>
/// <param name="Attributes">Its attributes as texts.</param>
internal sealed record OtlpSpan(string TraceId, string SpanId, string ParentId, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes)
{
    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);
}

/// <summary>Takes OTLP by HTTP and protocol buffers, and reads of it what tests ask.</summary>
/// <remarks>The numbers of fields are those of opentelemetry-proto 1.x: trace.proto, metrics.proto, common.proto.</remarks>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    public ConcurrentQueue<OtlpSpan> Spans { get; } = new();

    /// <summary>The names of metrics.</summary>
    public ConcurrentBag<string> Metrics { get; } = [];

    public string Address { get; private set; } = "";

    public static async Task<OtlpCollector> Start()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        var collector = new OtlpCollector(app);
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            collector.Take(context.Request.Path, body.ToArray());
        });
        await app.StartAsync();
        collector.Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Take(string path, byte[] body)
    {
        // Resources hold scopes, and those hold spans or metrics: each is field 2 of the one around it.
        foreach (byte[] item in Parts(body, 1).SelectMany(resource => Parts(resource, 2)).SelectMany(scope => Parts(scope, 2)))
        {
            if (path == "/v1/traces")
                Spans.Enqueue(SpanOf(item));
            else if (path == "/v1/metrics")
                Metrics.Add(TextOf(item, 1));
        }
    }

    private static OtlpSpan SpanOf(byte[] span) => new(
        Convert.ToHexStringLower(Parts(span, 1).Single()),
        Convert.ToHexStringLower(Parts(span, 2).Single()),
        Convert.ToHexStringLower(Parts(span, 4).SingleOrDefault([])),
        TextOf(span, 5),
        (int)NumberOf(span, 6),
        Parts(span, 9).ToDictionary(pair => TextOf(pair, 1), pair => ValueOf(Parts(pair, 2).Single()), StringComparer.Ordinal));

    private static string ValueOf(byte[] value) => Parts(value, 1).FirstOrDefault() is { } text
        ? Encoding.UTF8.GetString(text)
        : NumberOf(value, 3).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string TextOf(byte[] message, int field) => Encoding.UTF8.GetString(Parts(message, field).SingleOrDefault([]));

    private static long NumberOf(byte[] message, int field) => Fields(message).Where(one => one.Field == field && one.Bytes is null).Select(one => one.Number).FirstOrDefault();

    private static IEnumerable<byte[]> Parts(byte[] message, int field) => Fields(message).Where(one => one.Field == field && one.Bytes is not null).Select(one => one.Bytes!);

    private static IEnumerable<(int Field, byte[]? Bytes, long Number)> Fields(byte[] message)
    {
        int at = 0;
        while (at < message.Length)
        {
            long tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    yield return ((int)(tag >> 3), null, Varint(message, ref at));
                    break;
                case 1:
                    yield return ((int)(tag >> 3), null, BinaryPrimitives.ReadInt64LittleEndian(message.AsSpan(at)));
                    at += 8;
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    yield return ((int)(tag >> 3), message[at..(at + length)], 0);
                    at += length;
                    break;
                default:
                    yield return ((int)(tag >> 3), null, BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(at)));
                    at += 4;
                    break;
            }
        }
    }

    private static long Varint(byte[] message, ref int at)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (long)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}

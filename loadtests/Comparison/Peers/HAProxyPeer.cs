using System.Globalization;
using HashBalancer.Comparison.Workloads;

namespace HashBalancer.Comparison.Peers;

/// <summary>HAProxy with one thread, consistent hashing with bounded loads (hash-balance-factor), counters to be scraped and no log.</summary>
internal sealed class HAProxyPeer : IPeer
{
    private const string Program = "haproxy";

    public string Name => "HAProxy";

    public bool IsYardstick => true;

    public string? Missing(Front front) => Programs.Missing(Program);

    public async Task<RunningPeer> Start(PeerContext context, CancellationToken cancellation)
    {
        string file = Programs.Find(Program)!;
        int port = FreePort.Next();
        string folder = context.Scratch.CreateSubdirectory(Program).FullName;
        string config = Path.Combine(folder, "haproxy.cfg");
        await File.WriteAllTextAsync(config, Config(context, port, folder), cancellation);
        return await Leash.Start(
            this, Leash.VersionOf(file, "-v"), context, context.UrlOf(port), file, ["-f", config], cancellation);
    }

    // 150: a node may hold one and a half times the mean of requests in flight before a key goes to the next one.
    private static string Config(PeerContext context, int port, string folder) => string.Create(CultureInfo.InvariantCulture, $"""
        global
          nbthread 1
          maxconn 8192
          stats socket {folder}/stats.sock
          tune.http.maxhdr 256
        defaults
          mode http
          timeout connect 5s
          timeout client 300s
          timeout server 300s
          timeout http-keep-alive 300s
        frontend front
          bind 127.0.0.1:{port}{(context.Certificate is { } pem ? $" ssl crt {pem} alpn {(context.Front == Front.Http2 ? "h2" : "http/1.1")}" : "")}
          option forwardfor
          http-request set-header X-Forwarded-Host %[req.hdr(host)]
          http-request set-header X-Forwarded-Proto {(context.Certificate is null ? "http" : "https")}
          default_backend nodes
        backend nodes
          balance hdr({context.HashHeader})
          hash-type consistent djb2 avalanche
          hash-balance-factor 150
          http-reuse always
        {string.Concat(context.Backends.Index().Select(b => $"  server {Hosts.BackendHost.NameOf(b.Index)} {b.Item}\n"))}
        """);
}

using System.Globalization;
using HashBalancer.Comparison.Workloads;

namespace HashBalancer.Comparison.Peers;

/// <summary>nginx with one worker, ketama hashing, counters to be scraped, keep-alive to the nodes and no access log. It knows no bound.</summary>
internal sealed class NginxPeer : IPeer
{
    private const string Program = "nginx";

    public string Name => Program;

    public bool IsYardstick => true;

    public string? Missing(Front front) => Programs.Missing(Program);

    public async Task<RunningPeer> Start(PeerContext context, CancellationToken cancellation)
    {
        string file = Programs.Find(Program)!;
        int port = FreePort.Next();
        DirectoryInfo folder = context.Scratch.CreateSubdirectory(Program);
        string config = Path.Combine(folder.FullName, "nginx.conf");
        await File.WriteAllTextAsync(config, Config(context, port, folder.FullName, Environment.IsPrivilegedProcess), cancellation);
        return await Leash.Start(
            this, Leash.VersionOf(file, "-v"), context, context.UrlOf(port), file,
            ["-c", config, "-p", folder.FullName, "-e", Path.Combine(folder.FullName, "error.log")], cancellation);
    }

    // Connections never expire by count: a reconnect would be measured as part of a request.
    private static string Config(PeerContext context, int port, string folder, bool privileged) => string.Create(CultureInfo.InvariantCulture, $$"""
        {{(privileged ? "user root;" : "")}}
        daemon off;
        worker_processes 1;
        pid {{folder}}/nginx.pid;
        error_log {{folder}}/error.log error;
        events { worker_connections 8192; }
        http {
          access_log off;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          keepalive_requests 1000000000;
          keepalive_timeout 300s;
          client_body_buffer_size 64k;
          proxy_buffer_size 16k;
          proxy_buffers 16 64k;
          proxy_busy_buffers_size 128k;
          proxy_max_temp_file_size 0;
          upstream nodes {
            hash $http_{{context.HashHeader.ToLowerInvariant().Replace('-', '_')}} consistent;
        {{string.Concat(context.Backends.Select(b => $"    server {b};\n"))}}
            keepalive 1024;
            keepalive_requests 1000000000;
          }
          server {
            listen 127.0.0.1:{{port}}{{(context.Front switch { Front.Http2 => " ssl http2", Front.Tls => " ssl", _ => "" })}};
            {{(context.Certificate is { } pem ? $"ssl_certificate {pem}; ssl_certificate_key {pem};" : "")}}
            location = /nginx_status { stub_status; }
            location / {
              proxy_pass http://nodes;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
              proxy_set_header X-Forwarded-Host $http_host;
              proxy_set_header X-Forwarded-Proto $scheme;
            }
          }
        }
        """);
}

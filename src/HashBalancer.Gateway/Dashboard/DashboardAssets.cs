using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace HashBalancer.Gateway.Dashboard;

/// <summary>The dashboard's files, carried in the assembly.</summary>
internal static class DashboardAssets
{
    private const string Prefix = "page/";

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".txt"] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly Lazy<FrozenDictionary<string, Asset>> Files = new(Load);

    /// <summary>GET / is the page; its parts lie under /ui/.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        string[] reading = [HttpMethods.Get, HttpMethods.Head];
        endpoints.MapMethods("/", reading, () => Answer("index.html"));
        endpoints.MapMethods("/ui/{**path}", reading, (string path) => Answer(path));
    }

    private static IResult Answer(string path) => Files.Value.TryGetValue(path, out Asset? asset) ? asset : Results.NotFound();

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        Dictionary<string, Asset> files = new(StringComparer.Ordinal);
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            files.Add(name[Prefix.Length..], new Asset(content, ContentTypes[Path.GetExtension(name)]));
        }

        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>A file, and how a browser may keep it: until another version of the gateway serves another.</summary>
    private sealed class Asset(byte[] content, string contentType) : IResult
    {
        private readonly EntityTagHeaderValue _tag = new($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"");

        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(content, contentType, entityTag: _tag).ExecuteAsync(httpContext);
        }
    }
}

using System.Text.Json;

namespace HashBalancer.Proxy.Tests.Forwarding.Smuggling;

/// <summary>A published way to have two servers see two different requests in the same bytes, and what may come of it here.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Source">The paper, standard or CVE that describes it.</param>
/// <param name="Bytes">What the client sends, each character a byte.</param>
/// <param name="Seen">The requests that the node sees, as <c>method target | framing | body</c>; none: the request is refused and the connection closed.</param>
internal sealed record RequestShape(string Name, string Source, string Bytes, IReadOnlyList<string> Seen)
{
    public static IReadOnlyDictionary<string, RequestShape> All { get; } = Corpus.Read<RequestShape>("requests.json").ToDictionary(s => s.Name, StringComparer.Ordinal);
}

/// <summary>A published way to have a proxy and its client, or the client after it, see different responses in the same bytes.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Source">The paper, standard or CVE that describes it.</param>
/// <param name="Method">The client's.</param>
/// <param name="Bytes">What the node answers, each character a byte.</param>
/// <param name="Passed">What the client gets, as <c>status | body</c>; null: an error, or a response that is cut off.</param>
internal sealed record ResponseShape(string Name, string Source, string Method, string Bytes, string? Passed)
{
    public static IReadOnlyDictionary<string, ResponseShape> All { get; } = Corpus.Read<ResponseShape>("responses.json").ToDictionary(s => s.Name, StringComparer.Ordinal);
}

/// <summary>A published way to have a proxy say over HTTP/1.1 something else than its client did over HTTP/2.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Source">The paper, standard or CVE that describes it.</param>
/// <param name="Fields">The head: names and values, each character a byte.</param>
/// <param name="Body">What follows in frames of data; null: the head ends the request.</param>
/// <param name="Trailers">Fields after the body; none: the data ends the request.</param>
/// <param name="Seen">The requests that the node sees, as <c>method target | framing | body</c>; none: the request is refused.</param>
/// <param name="MayBeSeen">Requests that the node sees if the server learns too late that what follows contradicts the head.</param>
internal sealed record Http2Shape(
    string Name, string Source, IReadOnlyList<IReadOnlyList<string>> Fields, string? Body, IReadOnlyList<IReadOnlyList<string>> Trailers, IReadOnlyList<string> Seen,
    IReadOnlyList<string> MayBeSeen)
{
    public static IReadOnlyDictionary<string, Http2Shape> All { get; } = Corpus.Read<Http2Shape>("http2.json").ToDictionary(s => s.Name, StringComparer.Ordinal);
}

/// <summary>Reads the corpus.</summary>
internal static class Corpus
{
    public static T[] Read<T>(string file)
    {
        using Stream json = typeof(Corpus).Assembly.GetManifestResourceStream($"smuggling/{file}")!;
        return JsonSerializer.Deserialize<T[]>(json, JsonSerializerOptions.Web)!;
    }
}

using System.Globalization;
using HashBalancer.Consul.Models;

namespace HashBalancer.Consul;

/// <summary>The key-value store (/v1/kv). Reads can block: set <see cref="QueryOptions.Index"/>.</summary>
/// <remarks>
/// Thread-safe. Every call throws <see cref="ConsulException"/> when it fails. Keys are case-sensitive and relative to
/// <see cref="ConsulClientOptions.KvPrefix"/>; one that starts with '/', or has '//', '.' or '..' as a segment, is an
/// <see cref="ArgumentException"/>, since paths cannot carry it unchanged. A value may have 512 KiB.
/// </remarks>
public sealed class KvEndpoint
{
    private readonly ConsulTransport _transport;
    private readonly ConsulClientOptions _options;

    internal KvEndpoint(ConsulTransport transport, ConsulClientOptions options)
    {
        _transport = transport;
        _options = options;
    }

    /// <summary>One entry; the value is null when there is none. A blocking query on one key wakes for that key alone.</summary>
    public async Task<QueryResult<KVPair?>> GetAsync(string key, QueryOptions? query = null, CancellationToken cancellation = default)
    {
        using ConsulReply reply = await _transport.SendAsync(Read(OneKey(key), query), cancellation);
        KVPair? pair = reply.Status == 200 && reply.Value(ConsulJson.Default.IReadOnlyListKVPair) is [{ } only, ..] ? Strip(only) : null;
        return reply.Headers(pair);
    }

    /// <summary>All entries whose key starts with a text, in the order of their bytes: <c>app</c> takes in <c>apple</c>.</summary>
    public async Task<QueryResult<IReadOnlyList<KVPair>>> ListAsync(
        string prefix, QueryOptions? query = null, CancellationToken cancellation = default)
    {
        ConsulRequest request = Read(Path(prefix), query).WithFlag("recurse", on: true);
        using ConsulReply reply = await _transport.SendAsync(request, cancellation);
        IReadOnlyList<KVPair> pairs = reply.Status == 404 ? [] : [.. reply.Value(ConsulJson.Default.IReadOnlyListKVPair).Select(Strip)];
        return reply.Headers(pairs);
    }

    /// <summary>The keys that start with a text, in the order of their bytes.</summary>
    /// <param name="prefix">What the keys start with; empty for all.</param>
    /// <param name="separator">Cut keys after the first of these beyond the prefix, as a directory listing does; null to list them whole.</param>
    /// <param name="query">How to read.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<QueryResult<IReadOnlyList<string>>> KeysAsync(
        string prefix, string? separator = null, QueryOptions? query = null, CancellationToken cancellation = default)
    {
        ConsulRequest request = Read(Path(prefix), query).WithFlag("keys", on: true).With("separator", separator);
        using ConsulReply reply = await _transport.SendAsync(request, cancellation);
        IReadOnlyList<string> keys = reply.Status == 404 ? [] : [.. reply.Value(ConsulJson.Default.IReadOnlyListString).Select(Strip)];
        return reply.Headers(keys);
    }

    /// <summary>Writes an entry, whoever holds its lock.</summary>
    public async Task PutAsync(string key, ReadOnlyMemory<byte> value, ulong flags = 0, CancellationToken cancellation = default) =>
        await WriteAsync(key, value, flags, null, null, cancellation);

    /// <summary>Writes an entry if it is still the one that was read.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The new value.</param>
    /// <param name="modifyIndex">The entry's <see cref="KVPair.ModifyIndex"/>; 0: only if there is no entry.</param>
    /// <param name="flags">The new flags.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Whether it was written.</returns>
    public Task<bool> CompareAndSetAsync(
        string key, ReadOnlyMemory<byte> value, ulong modifyIndex, ulong flags = 0, CancellationToken cancellation = default) =>
        WriteAsync(key, value, flags, "cas", modifyIndex.ToString(CultureInfo.InvariantCulture), cancellation);

    /// <summary>Takes an entry's lock for a session and writes the entry.</summary>
    /// <returns>Whether the session holds the lock now; false also during the lock-delay after another holder's session ended.</returns>
    /// <exception cref="ConsulInvalidSessionException">The session has ended.</exception>
    public Task<bool> AcquireAsync(
        string key, ReadOnlyMemory<byte> value, string session, ulong flags = 0, CancellationToken cancellation = default) =>
        WriteAsync(key, value, flags, "acquire", session, cancellation);

    /// <summary>Gives an entry's lock back and writes the entry; the next one may take it at once.</summary>
    /// <returns>Whether the session held the lock.</returns>
    public Task<bool> ReleaseAsync(
        string key, ReadOnlyMemory<byte> value, string session, ulong flags = 0, CancellationToken cancellation = default) =>
        WriteAsync(key, value, flags, "release", session, cancellation);

    /// <summary>Removes an entry. No entry is no error.</summary>
    public async Task DeleteAsync(string key, CancellationToken cancellation = default) =>
        await RemoveAsync(Removal(OneKey(key)), cancellation);

    /// <summary>Removes an entry if it is still the one that was read.</summary>
    /// <returns>Whether it is gone; true also when there was no entry.</returns>
    public Task<bool> CompareAndDeleteAsync(string key, ulong modifyIndex, CancellationToken cancellation = default) =>
        RemoveAsync(Removal(OneKey(key)).With("cas", modifyIndex.ToString(CultureInfo.InvariantCulture)), cancellation);

    /// <summary>Removes all entries whose key starts with a text.</summary>
    public async Task DeleteTreeAsync(string prefix, CancellationToken cancellation = default) =>
        await RemoveAsync(Removal(Path(prefix)).WithFlag("recurse", on: true), cancellation);

    /// <summary>The whole key of one given relative to the prefix.</summary>
    internal string Whole(string key) => _options.KvPrefix + key;

    /// <summary>An entry with its key relative to the prefix.</summary>
    internal KVPair Strip(KVPair pair) => pair with { Key = Strip(pair.Key) };

    private string Strip(string key) => key[(_options.KvPrefix?.Length ?? 0)..];

    private string OneKey(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Path(key);
    }

    private string Path(string key) => "/v1/kv/" + KeyPath.EscapeKey(Whole(key));

    private ConsulRequest Read(string path, QueryOptions? query) =>
        new ConsulRequest(HttpMethod.Get, path) { AlsoAccepted = [404] }.With(query, _options);

    private ConsulRequest Removal(string path) => new ConsulRequest(HttpMethod.Delete, path).With("dc", _options.Datacenter);

    private Task<bool> RemoveAsync(ConsulRequest request, CancellationToken cancellation) =>
        _transport.CallAsync(request, ConsulJson.Default.Boolean, cancellation);

    private Task<bool> WriteAsync(
        string key, ReadOnlyMemory<byte> value, ulong flags, string? condition, string? argument, CancellationToken cancellation)
    {
        ConsulRequest request = ConsulRequest.Put(OneKey(key), value.ToArray()).With("dc", _options.Datacenter);
        if (flags > 0)
            request.With("flags", flags.ToString(CultureInfo.InvariantCulture));
        if (condition is not null)
            request.With(condition, argument);
        return _transport.CallAsync(request, ConsulJson.Default.Boolean, cancellation);
    }
}

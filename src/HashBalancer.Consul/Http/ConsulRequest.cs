using System.Globalization;
using System.Text;
using HashBalancer.Consul.Models;

namespace HashBalancer.Consul;

/// <summary>One call, independent of the address it goes to.</summary>
internal sealed class ConsulRequest
{
    private readonly StringBuilder _target;
    private bool _hasQuery;

    public ConsulRequest(HttpMethod method, string path)
    {
        Method = method;
        _target = new StringBuilder(path);
    }

    public HttpMethod Method { get; }

    /// <summary>Path and query.</summary>
    public string Target => _target.ToString();

    /// <summary>The body of a PUT; kept as bytes so that it can be sent to another address.</summary>
    public byte[]? Body { get; init; }

    /// <summary>A token for this call alone.</summary>
    public string? Token { get; private set; }

    /// <summary>What the server may take on top of the usual time because it was asked to wait.</summary>
    public TimeSpan ServerWait { get; private set; }

    /// <summary>Statuses besides 200 that are an answer, not an error.</summary>
    public IReadOnlyList<int> AlsoAccepted { get; init; } = [];

    public static ConsulRequest Get(string path) => new(HttpMethod.Get, path);

    public static ConsulRequest Put(string path, byte[]? body = null) => new(HttpMethod.Put, path) { Body = body ?? [] };

    public ConsulRequest With(string name, string? value)
    {
        if (value is null)
            return this;
        _target.Append(_hasQuery ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        _hasQuery = true;
        return this;
    }

    public ConsulRequest WithFlag(string name, bool on)
    {
        if (!on)
            return this;
        _target.Append(_hasQuery ? '&' : '?').Append(name);
        _hasQuery = true;
        return this;
    }

    public ConsulRequest With(QueryOptions? query, ConsulClientOptions defaults)
    {
        query ??= QueryOptions.None;
        Token = query.Token;
        With("dc", query.Datacenter ?? defaults.Datacenter);
        switch (query.Consistency ?? defaults.Consistency)
        {
            case Consistency.Stale:
                WithFlag("stale", on: true);
                break;
            case Consistency.Consistent:
                WithFlag("consistent", on: true);
                break;
        }

        WithFlag("cached", query.Cached);
        With("filter", query.Filter);
        With("near", query.Near);
        With("hash", query.Hash);
        if (query.Index > 0)
            With("index", query.Index.ToString(CultureInfo.InvariantCulture));
        if (query.Wait is not { } wait)
        {
            if (query.Index > 0 || query.Hash is not null)
                ServerWait = WithJitter(BlockingQuery.DefaultWait);
            return this;
        }

        if (query.Index > 0 || query.Hash is not null)
            ServerWait = WithJitter(wait <= TimeSpan.Zero ? BlockingQuery.DefaultWait : wait);
        return With("wait", GoDuration.From(wait).ToString());
    }

    // The classic backend adds up to a sixteenth of the wait after capping it.
    private static TimeSpan WithJitter(TimeSpan wait)
    {
        TimeSpan capped = wait > BlockingQuery.MaxWait ? BlockingQuery.MaxWait : wait;
        return capped + (capped / 16);
    }
}

/// <summary>Consul's limits of blocking queries.</summary>
internal static class BlockingQuery
{
    public static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(10);
}

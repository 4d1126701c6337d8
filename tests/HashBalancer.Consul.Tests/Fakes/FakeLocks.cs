using System.Globalization;
using System.Text.Json;
using HashBalancer.Consul.Models;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Consul.Tests;

/// <summary>As much of sessions and one locked key as contenders need: blocking reads, acquisition, lock-delay in real time.</summary>
internal sealed class FakeLocks
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TimeSpan> _delayOfSession = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KVPair? _pair;
    private ulong _index = 10;
    private DateTimeOffset _freeFrom = DateTimeOffset.MinValue;

    public string? Holder
    {
        get { lock (_lock) return _pair?.Session; }
    }

    public int SessionCount
    {
        get { lock (_lock) return _delayOfSession.Count; }
    }

    /// <summary>Ends a session as an operator does.</summary>
    public void Destroy(string session)
    {
        lock (_lock)
        {
            if (!_delayOfSession.Remove(session, out TimeSpan delay) || _pair?.Session != session)
                return;
            _freeFrom = TimeProvider.System.GetUtcNow() + delay;
            Change(_pair with { Session = null });
        }
    }

    public Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        string last = path[(path.LastIndexOf('/') + 1)..];
        return path switch
        {
            "/v1/session/create" => CreateAsync(context),
            _ when path.StartsWith("/v1/session/renew/", StringComparison.Ordinal) => RenewAsync(context, last),
            _ when path.StartsWith("/v1/session/destroy/", StringComparison.Ordinal) => DestroyAsync(context, last),
            _ when context.Request.Method == "PUT" => WriteAsync(context, last),
            _ => ReadAsync(context),
        };
    }

    private async Task CreateAsync(HttpContext context)
    {
        SessionRequest request = (await JsonSerializer.DeserializeAsync(context.Request.Body, ConsulJson.Default.SessionRequest))!;
        string id = Guid.NewGuid().ToString();
        lock (_lock)
            _delayOfSession[id] = request.LockDelay!.Value.TimeSpan;
        await FakeConsul.Json(context, $$"""{"ID":"{{id}}"}""");
    }

    private Task RenewAsync(HttpContext context, string id)
    {
        lock (_lock)
        {
            if (!_delayOfSession.ContainsKey(id))
                return FakeConsul.Text(context, 404, $"Session id '{id}' not found");
        }

        return FakeConsul.Json(context, $$"""[{"ID":"{{id}}","NodeChecks":[],"ServiceChecks":null}]""");
    }

    private Task DestroyAsync(HttpContext context, string id)
    {
        Destroy(id);
        return FakeConsul.Json(context, "true");
    }

    private async Task WriteAsync(HttpContext context, string key)
    {
        byte[] value = ((MemoryStream)context.Request.Body).ToArray();
        string? acquire = context.Request.Query["acquire"];
        string? release = context.Request.Query["release"];
        bool done = false;
        bool known = true;
        lock (_lock)
        {
            if (acquire is not null)
            {
                known = _delayOfSession.ContainsKey(acquire);
                done = known && (_pair?.Session is null || _pair.Session == acquire) && TimeProvider.System.GetUtcNow() >= _freeFrom;
                if (done)
                {
                    ulong held = (_pair?.LockIndex ?? 0) + (_pair?.Session == acquire ? 0u : 1u);
                    Change(new KVPair { Key = key, Value = value, Session = acquire, LockIndex = held, CreateIndex = 1 });
                }
            }
            else if (release is not null && _pair?.Session == release)
            {
                done = true;
                Change(_pair with { Session = null });
            }
        }

        if (known)
            await FakeConsul.Json(context, done ? "true" : "false");
        else
            await FakeConsul.Text(context, 500, $"raft apply failed: invalid session \"{acquire}\"");
    }

    private async Task ReadAsync(HttpContext context)
    {
        ulong asked = context.Request.Query["index"].FirstOrDefault() is { } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : 0;
        while (true)
        {
            Task changed;
            KVPair? pair;
            ulong index;
            lock (_lock)
                (changed, pair, index) = (_changed.Task, _pair, _index);
            if (asked >= index)
            {
                await changed.WaitAsync(context.RequestAborted);
                continue;
            }

            string body = pair is null ? "" : JsonSerializer.Serialize<IReadOnlyList<KVPair>>([pair], ConsulJson.Default.IReadOnlyListKVPair);
            await FakeConsul.Json(context, body, index, status: pair is null ? 404 : 200);
            return;
        }
    }

    // Under the lock.
    private void Change(KVPair pair)
    {
        _index++;
        _pair = pair with { ModifyIndex = _index };
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

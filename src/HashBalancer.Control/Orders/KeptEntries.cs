using System.Collections.Immutable;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>Entries of the registry that operators write and every gateway follows, also one that starts anew.</summary>
/// <remarks>A registry that forgot them is told them again. Thread-safe; changes are told one after the other, under a short lock.</remarks>
/// <param name="client">The registry.</param>
/// <param name="folder">Under which they lie.</param>
/// <param name="what">What they are, for the log, such as <c>nodes that drain</c>.</param>
/// <param name="changed">Told of all entries whenever they may have changed.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it says so.</param>
internal sealed class KeptEntries(
    ConsulClient client, string folder, string what, Action<ImmutableDictionary<string, KeptEntry>> changed, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();

    // Guarded by _gate: every entry by its key; and of which answer that is.
    private ImmutableDictionary<string, KeptEntry> _entries = ImmutableDictionary.Create<string, KeptEntry>(StringComparer.Ordinal);
    private ulong _seen;

    /// <summary>Every entry by its key.</summary>
    public ImmutableDictionary<string, KeptEntry> All
    {
        get
        {
            lock (_gate)
                return _entries;
        }
    }

    /// <summary>Writes an entry, or removes it. When this ends, this gateway has been told.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="value">Its value; null removes it.</param>
    /// <param name="cancellation">Gives up; the registry may have been told all the same.</param>
    /// <exception cref="ConsulException">The registry could not be told; nothing has changed.</exception>
    public async Task SetAsync(string key, byte[]? value, CancellationToken cancellation)
    {
        if (value is not null)
            await client.Kv.PutAsync(key, value, cancellation: cancellation);
        else
            await client.Kv.DeleteAsync(key, cancellation);
        try
        {
            Take(await client.Kv.ListAsync(folder, cancellation: cancellation), isDoubtful: false);
        }
        catch (ConsulException)
        {
            // It was told; the watch hears of it when it answers again.
            lock (_gate)
                Put_NeedsLock(value is not null ? _entries.SetItem(key, new KeptEntry(value, 0)) : _entries.Remove(key));
        }
    }

    /// <summary>Removes an entry, unless an operator has written it anew meanwhile.</summary>
    public async Task ForgetAsync(string key)
    {
        KeptEntry entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out entry) || entry.Index == 0)
                return;
        }

        try
        {
            await client.Kv.CompareAndDeleteAsync(key, entry.Index);
        }
        catch (Exception e) when (e is ConsulException or ObjectDisposedException)
        {
            ControlLog.NotForgotten(logger, key, e.Message);
        }
    }

    /// <summary>Follows until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (WatchEvent<IReadOnlyList<KVPair>> seen in ConsulWatch.RunAsync((query, cancel) => client.Kv.ListAsync(folder, query, cancel), time: time, cancellation: stop))
            {
                // A failure is told by the watches of membership; what was ordered stays in force.
                if (seen is WatchValue<IReadOnlyList<KVPair>> { Result: var all, IsDoubtful: var doubtful } && Take(all, doubtful) is { IsEmpty: false } forgotten)
                    await TellAgainAsync(forgotten, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    /// <summary>Follows an answer; returns what one that may have forgotten lacks, which stays in force.</summary>
    private ImmutableArray<KeyValuePair<string, KeptEntry>> Take(QueryResult<IReadOnlyList<KVPair>> all, bool isDoubtful)
    {
        lock (_gate)
        {
            // An answer that was on its way while a later one came.
            if (all.Index < _seen && !isDoubtful)
                return [];
            _seen = all.Index;
            ImmutableDictionary<string, KeptEntry> told = all.Value.ToImmutableDictionary(pair => pair.Key, pair => new KeptEntry(pair.Value ?? [], pair.ModifyIndex), StringComparer.Ordinal);
            ImmutableArray<KeyValuePair<string, KeptEntry>> forgotten = isDoubtful ? [.. _entries.Where(entry => !told.ContainsKey(entry.Key))] : [];
            Put_NeedsLock(told.SetItems(forgotten.Select(entry => KeyValuePair.Create(entry.Key, entry.Value with { Index = 0 }))));
            return forgotten;
        }
    }

    private void Put_NeedsLock(ImmutableDictionary<string, KeptEntry> entries)
    {
        _entries = entries;
        changed(entries);
    }

    private async Task TellAgainAsync(ImmutableArray<KeyValuePair<string, KeptEntry>> forgotten, CancellationToken stop)
    {
        ControlLog.Forgotten(logger, forgotten.Length, what);
        try
        {
            foreach ((string key, KeptEntry entry) in forgotten)
                await client.Kv.CompareAndSetAsync(key, entry.Value, modifyIndex: 0, cancellation: stop);
        }
        catch (ConsulException e)
        {
            // They are in force here all the same. If it stays away, the next doubtful answer is the next chance.
            ControlLog.NotTold(logger, what, e.Message);
        }
    }
}

/// <summary>One entry.</summary>
/// <param name="Value">Its value.</param>
/// <param name="Index">The index it was last changed at; 0: not known yet.</param>
internal readonly record struct KeptEntry(byte[] Value, ulong Index);

using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>Writes the fleet's entries of the registry, each under the leader's lock: who leads no more writes nothing.</summary>
internal sealed class FleetStore(ConsulClient client, CoordinationKeys keys, ConsulLock term, int history, ILogger logger)
{
    /// <summary>Consul takes 64 operations in a transaction; the first is the lock's.</summary>
    private const int MostWrites = 63;

    private readonly Queue<long> _recorded = new();
    private bool _knowsHistory;

    /// <summary>Publishes a round: its record, then the leases, then the epoch.</summary>
    /// <returns>Whether all was taken; else somebody else has written, and the next round sees what.</returns>
    public async Task<bool> PublishAsync(FleetInput input, FleetDecision plan, FleetPicture picture, string leader, CancellationToken over)
    {
        long epoch = input.Epoch + 1;
        await RecordAsync(new RecordedEpoch(epoch, leader, input, plan.Changed, plan.Allocation?.ToCanonicalText()), over);
        return await WriteAsync(new FleetEpoch(epoch, input.Now, leader), plan.Changed, picture, over);
    }

    /// <summary>Gives a registry that forgot what is in force.</summary>
    public async Task RestoreAsync(FleetEpoch epoch, IEnumerable<FleetLease> leases, FleetPicture picture, CancellationToken over)
    {
        FleetLease[] known = [.. leases];
        logger.LogWarning("The registry has forgotten the fleet's {Count} leases of epoch {Epoch}; it is told again", known.Length, epoch.Number);
        await WriteAsync(epoch, known, picture, over);
    }

    /// <summary>Shows a state; one that is too large goes without its nodes.</summary>
    public async Task ShowAsync(AllocationState state, CancellationToken over)
    {
        byte[] packed = Packed.Write(state, FleetJson.Default.AllocationState);
        if (packed.Length > Packed.Most)
            packed = Packed.Write(state with { Nodes = [], Waiting = [] }, FleetJson.Default.AllocationState);
        await TxnAsync([new TxnOp { KV = new TxnKVOp { Verb = "set", Key = keys.FleetState, Value = packed } }], over);
    }

    /// <summary>Removes what is kept of nodes that are gone for good.</summary>
    public async Task ForgetAsync(IReadOnlyCollection<string> nodes, CancellationToken over)
    {
        foreach (string node in nodes.Take(MostWrites / 2))
        {
            await TxnAsync(
            [
                new TxnOp { KV = new TxnKVOp { Verb = "delete", Key = keys.Leases + node } },
                new TxnOp { KV = new TxnKVOp { Verb = "delete", Key = keys.Agents + node } },
            ], over);
        }
    }

    private async Task<bool> WriteAsync(FleetEpoch epoch, IReadOnlyList<FleetLease> leases, FleetPicture picture, CancellationToken over)
    {
        List<TxnOp> writes = [.. leases.Select(lease => Write(keys.Leases + lease.Node, LeaseFormat.Write(lease), picture.Leases.TryGetValue(lease.Node, out (FleetLease, ulong Index) known) ? known.Index : 0))];
        writes.Add(Write(keys.FleetEpoch, LeaseFormat.Write(epoch), picture.EpochIndex));
        foreach (TxnOp[] part in writes.Chunk(MostWrites))
        {
            if (!await TxnAsync(part, over))
                return false;
        }

        return true;

        static TxnOp Write(string key, byte[] value, ulong index) => new() { KV = new TxnKVOp { Verb = "cas", Key = key, Value = value, Index = index } };
    }

    private async Task RecordAsync(RecordedEpoch epoch, CancellationToken over)
    {
        if (history == 0)
            return;
        byte[] packed = Packed.Write(epoch, FleetJson.Default.RecordedEpoch);
        if (packed.Length > Packed.Most)
        {
            logger.LogWarning("Epoch {Epoch} is not recorded: what it was decided by takes {Size} bytes, and an entry of the registry {Most}", epoch.Number, packed.Length, Packed.Most);
            return;
        }

        if (!_knowsHistory)
        {
            foreach (string key in (await client.Kv.KeysAsync(keys.FleetHistory, cancellation: over)).Value)
            {
                if (long.TryParse(key.AsSpan(keys.FleetHistory.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long number))
                    _recorded.Enqueue(number);
            }

            _knowsHistory = true;
        }

        _recorded.Enqueue(epoch.Number);
        List<TxnOp> writes = [new() { KV = new TxnKVOp { Verb = "set", Key = keys.FleetRecord(epoch.Number), Value = packed } }];
        while (_recorded.Count > history && writes.Count < MostWrites)
            writes.Add(new() { KV = new TxnKVOp { Verb = "delete", Key = keys.FleetRecord(_recorded.Dequeue()) } });
        await TxnAsync(writes, over);
    }

    private async Task<bool> TxnAsync(IEnumerable<TxnOp> writes, CancellationToken over) =>
        (await client.Txn.ApplyAsync([new TxnOp { KV = new TxnKVOp { Verb = "check-session", Key = keys.Leader, Session = term.SessionId } }, .. writes], over)).Committed;
}

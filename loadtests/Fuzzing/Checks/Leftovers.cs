using HashBalancer.Fuzzing.Parties;

namespace HashBalancer.Fuzzing.Checks;

/// <summary>Looks for what should be gone: requests without an end, connections that nobody closes.</summary>
internal sealed class Leftovers(Findings findings, TimeProvider time)
{
    /// <summary>How long what has ended may take to be gone; limits of time are coarse.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>With every client gone no request, no connection of a client and, once the node hangs up, none to the node may be left.</summary>
    public async Task CheckRunning(Gateway gateway, ScriptedNode node)
    {
        if (!await Becomes(() => gateway.Meters.ClientConnections == 0))
            findings.Add(-1, $"{gateway.Meters.ClientConnections} connections of clients are left");
        if (!await Becomes(() => gateway.InFlight == 0))
            findings.Add(-1, $"{gateway.InFlight} requests are left");
        await node.HangUp();
        if (!await Becomes(() => gateway.Meters.NodeConnections == 0))
            findings.Add(-1, $"{gateway.Meters.NodeConnections} connections to the node are left");
    }

    /// <summary>With the gateway gone none of its connections may be left.</summary>
    public async Task CheckEnded(ScriptedNode node)
    {
        if (!await Becomes(() => node.Open == 0))
            findings.Add(-1, $"the node still has {node.Open} connections after the gateway's end");
    }

    private async Task<bool> Becomes(Func<bool> condition)
    {
        long start = time.GetTimestamp();
        while (!condition())
        {
            if (time.GetElapsedTime(start) > Settling)
                return false;
            await Task.Delay(Poll, time);
        }

        return true;
    }
}

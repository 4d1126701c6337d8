namespace HashBalancer.Comparison.Balance.Nodes;

/// <summary>What a fleet's nodes served, of the moment: by key and node in halves of the time that counts. Thread-safe.</summary>
internal sealed class FleetCounts(int keys, int nodes)
{
    /// <summary>A key that was asked for less often in a half says nothing of where it lives.</summary>
    private const int Fewest = 3;

    private readonly int[][] _halves = [new int[keys * nodes], new int[keys * nodes]];
    private long _hits;
    private long _served;
    private long _work;
    private int _half = -1;

    /// <summary>Requests served since the start.</summary>
    public (long Served, long Hits) Totals => (Interlocked.Read(ref _served), Interlocked.Read(ref _hits));

    /// <summary>Nanoseconds that the requests served were to take a node.</summary>
    public long Work => Interlocked.Read(ref _work);

    /// <summary>Notes how long a request that is done was to take.</summary>
    public void Worked(TimeSpan time) => Interlocked.Add(ref _work, (long)time.TotalNanoseconds);

    /// <summary>Counts by key into a half from now on; below 0: into none.</summary>
    public void CountInto(int half) => Volatile.Write(ref _half, half);

    public void Served(long key, int node, bool isHit)
    {
        Interlocked.Increment(ref _served);
        if (isHit)
            Interlocked.Increment(ref _hits);
        int half = Volatile.Read(ref _half);
        if (half >= 0)
            Interlocked.Increment(ref _halves[half][((int)key * nodes) + node]);
    }

    /// <summary>The share of requests that another node served than the one that served most of their key's.</summary>
    public double OffOwner()
    {
        long all = 0, home = 0;
        for (int key = 0; key < keys; key++)
        {
            int most = 0;
            for (int node = 0; node < nodes; node++)
            {
                int count = _halves[0][(key * nodes) + node] + _halves[1][(key * nodes) + node];
                all += count;
                most = Math.Max(most, count);
            }

            home += most;
        }

        return all == 0 ? 0 : 1 - ((double)home / all);
    }

    /// <summary>The share of keys that have moved: the node that served most of one's requests in the second half served none of them in the first.
    /// A key that several nodes share does not move for that.</summary>
    public double Moved()
    {
        int known = 0, moved = 0;
        for (int key = 0; key < keys; key++)
        {
            ReadOnlySpan<int> before = _halves[0].AsSpan(key * nodes, nodes), after = _halves[1].AsSpan(key * nodes, nodes);
            int main = 0, sumBefore = 0, sumAfter = 0;
            for (int node = 0; node < nodes; node++)
            {
                sumBefore += before[node];
                sumAfter += after[node];
                if (after[node] > after[main])
                    main = node;
            }

            if (sumBefore < Fewest || sumAfter < Fewest)
                continue;
            known++;
            moved += before[main] == 0 ? 1 : 0;
        }

        return known == 0 ? 0 : (double)moved / known;
    }
}

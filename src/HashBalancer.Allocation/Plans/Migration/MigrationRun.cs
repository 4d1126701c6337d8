namespace HashBalancer.Allocation.Plans.Migration;

/// <summary>Plays a plan through in time.</summary>
/// <remarks>
/// Moves with the same source and zone are held up by the same causes, so they wait as one group behind the first of them; a group
/// that must wait is parked with its cause and looked at again only when that changes. A plan of 10,000 moves that may run two
/// at a time would otherwise look at all of them 5,000 times.
/// </remarks>
internal sealed class MigrationRun
{
    private readonly Move[] _moves;
    private readonly MigrationLimits _limits;
    private readonly Dictionary<string, Source> _sources;
    private readonly Dictionary<string, Zone> _zones = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Group, int> _ready = new();
    private readonly PriorityQueue<int, (TimeSpan End, int Rank)> _running = new();
    private readonly List<PlannedMove> _started = [];

    public MigrationRun(IReadOnlyList<MigrationPool> pools, Move[] moves, MigrationLimits limits)
    {
        _moves = moves;
        _limits = limits;
        _sources = pools.ToDictionary(p => p.Name, p => new Source(p), StringComparer.Ordinal);
        var groups = new Dictionary<(string?, string), Group>();
        for (int rank = 0; rank < moves.Length; rank++)
        {
            Move move = moves[rank];
            if (!_zones.TryGetValue(move.Zone, out Zone? zone))
                _zones.Add(move.Zone, zone = new Zone());
            if (!groups.TryGetValue((move.From, move.Zone), out Group? group))
                groups.Add((move.From, move.Zone), group = new Group(move.From is null ? null : _sources[move.From], zone));
            group.Ranks.Enqueue(rank);
        }

        foreach (Group group in groups.Values)
            _ready.Enqueue(group, group.Ranks.Peek());
    }

    public List<PlannedMove> Start()
    {
        TimeSpan now = TimeSpan.Zero;
        StartWhatMay(now);
        while (_running.TryPeek(out _, out (TimeSpan End, int Rank) next))
        {
            now = next.End;
            while (_running.TryPeek(out int rank, out next) && next.End == now)
            {
                _running.Dequeue();
                End(_moves[rank]);
            }

            StartWhatMay(now);
        }

        return _started;
    }

    public Dictionary<string, int> LowestAvailable() => _sources.ToDictionary(s => s.Key, s => s.Value.Lowest, StringComparer.Ordinal);

    private void StartWhatMay(TimeSpan now)
    {
        while (_running.Count < _limits.Total && _ready.TryDequeue(out Group? group, out _))
        {
            if (group.Source is { MayGive: false } source)
            {
                source.Parked.Add(group);
                continue;
            }

            if (group.Zone.UnderWay >= _limits.PerZone)
            {
                group.Zone.Parked.Add(group);
                continue;
            }

            int rank = group.Ranks.Dequeue();
            group.Source?.Give();
            group.Zone.UnderWay++;
            _started.Add(new PlannedMove(_moves[rank], now));
            _running.Enqueue(rank, (now + _moves[rank].Duration, rank));
            if (group.Ranks.TryPeek(out int next))
                _ready.Enqueue(group, next);
        }
    }

    private void End(Move move)
    {
        Zone zone = _zones[move.Zone];
        zone.UnderWay--;
        Unpark(zone.Parked);
        if (move.From is not null)
        {
            _sources[move.From].UnderWay--;
            Unpark(_sources[move.From].Parked);
        }

        if (move.To is not null)
        {
            _sources[move.To].Available++;
            Unpark(_sources[move.To].Parked);
        }
    }

    private void Unpark(List<Group> parked)
    {
        foreach (Group group in parked)
            _ready.Enqueue(group, group.Ranks.Peek());
        parked.Clear();
    }

    private sealed class Source(MigrationPool pool)
    {
        public int Available { get; set; } = pool.Nodes;

        public int Lowest { get; private set; } = pool.Nodes;

        public int UnderWay { get; set; }

        public List<Group> Parked { get; } = [];

        public bool MayGive => Available - 1 >= pool.MinAvailable && Available > 0 && UnderWay < pool.MaxUnavailable;

        public void Give()
        {
            UnderWay++;
            Available--;
            Lowest = Math.Min(Lowest, Available);
        }
    }

    private sealed class Zone
    {
        public int UnderWay { get; set; }

        public List<Group> Parked { get; } = [];
    }

    private sealed class Group(Source? source, Zone zone)
    {
        public Source? Source { get; } = source;

        public Zone Zone { get; } = zone;

        public Queue<int> Ranks { get; } = new();
    }
}

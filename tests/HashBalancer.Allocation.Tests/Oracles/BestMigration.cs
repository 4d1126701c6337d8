using HashBalancer.Allocation.Plans.Migration;

namespace HashBalancer.Allocation.Tests.Oracles;

/// <summary>The shortest plan, by trying every order of starts: for at most about seven moves.</summary>
internal static class BestMigration
{
    /// <summary>The end of the shortest plan that starts as many moves as possible.</summary>
    public static (int Started, TimeSpan Finish) Of(IReadOnlyList<MigrationPool> pools, IReadOnlyList<Move> moves, MigrationLimits limits)
    {
        (int Started, TimeSpan Finish) best = (-1, TimeSpan.Zero);
        Place(new Dictionary<string, TimeSpan>(), TimeSpan.Zero);
        return best;

        // In an optimal plan moves, taken in order of their starts, each start as early as the limits let them.
        void Place(Dictionary<string, TimeSpan> starts, TimeSpan last)
        {
            bool any = false;
            foreach (Move move in moves.Where(m => !starts.ContainsKey(m.Node)))
            {
                TimeSpan? earliest = Instants(starts, last).Cast<TimeSpan?>().FirstOrDefault(t => MayStart(starts, move, t!.Value));
                if (earliest is null)
                    continue;
                any = true;
                starts.Add(move.Node, earliest.Value);
                Place(starts, earliest.Value);
                starts.Remove(move.Node);
            }

            TimeSpan finish = moves.Where(m => starts.ContainsKey(m.Node)).Select(m => starts[m.Node] + m.Duration).DefaultIfEmpty().Max();
            if (!any && (starts.Count > best.Started || (starts.Count == best.Started && finish < best.Finish)))
                best = (starts.Count, finish);
        }

        IEnumerable<TimeSpan> Instants(Dictionary<string, TimeSpan> starts, TimeSpan last) =>
            moves.Where(m => starts.ContainsKey(m.Node)).Select(m => starts[m.Node] + m.Duration).Append(last).Where(t => t >= last).Distinct().Order();

        bool MayStart(Dictionary<string, TimeSpan> starts, Move move, TimeSpan now)
        {
            Move[] running = [.. moves.Where(m => starts.TryGetValue(m.Node, out TimeSpan s) && s <= now && s + m.Duration > now)];
            if (running.Length >= limits.Total || running.Count(m => m.Zone == move.Zone) >= limits.PerZone)
                return false;
            if (move.From is null)
                return true;
            MigrationPool source = pools.First(p => p.Name == move.From);
            int left = moves.Count(m => m.From == source.Name && starts.ContainsKey(m.Node));
            int joined = moves.Count(m => m.To == source.Name && starts.TryGetValue(m.Node, out TimeSpan s) && s + m.Duration <= now);
            return source.Nodes - left + joined - 1 >= source.MinAvailable && running.Count(m => m.From == source.Name) < source.MaxUnavailable;
        }
    }
}

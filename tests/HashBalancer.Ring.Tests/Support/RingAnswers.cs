namespace HashBalancer.Ring.Tests;

/// <summary>A ring's answers by id: slots are private to one ring.</summary>
internal static class RingAnswers
{
    public static string? OwnerId(this HashRing ring, ulong hash) =>
        ring.Owner(hash) is >= 0 and int slot ? ring.MemberAt(slot)!.Value.Id : null;

    public static string[] WalkIds(this HashRing ring, ulong hash, int length = int.MaxValue)
    {
        List<string> ids = [];
        RingWalk walk = ring.Walk(hash);
        while (ids.Count < length && walk.MoveNext())
            ids.Add(ring.MemberAt(walk.Current)!.Value.Id);
        return [.. ids];
    }

    public static RingMember[] Members(this HashRing ring) =>
        [.. Enumerable.Range(0, ring.SlotCount).Select(ring.MemberAt).OfType<RingMember>().OrderBy(m => m.Id, StringComparer.Ordinal)];
}

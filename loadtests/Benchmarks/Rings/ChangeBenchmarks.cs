using BenchmarkDotNet.Attributes;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>New rings of 10,000 nodes: all of it, and after one change.</summary>
[WarmupCount(2), IterationCount(8)]
public class ChangeBenchmarks
{
    private const int Nodes = 10_000;
    private RingMember[] _members = [];
    private RingMember[] _joined = [];
    private RingMember[] _left = [];
    private RingMember[] _reweighted = [];
    private RingOverride[] _overrides = [];
    private HashRing _ring = HashRing.Empty;

    [GlobalSetup]
    public void Setup()
    {
        _members = RingFixtures.Members(Nodes);
        _joined = [.. _members, new RingMember("newcomer")];
        _left = _members[..^1];
        _reweighted = [_members[0] with { Weight = 1.5 }, .. _members[1..]];
        _ring = RingFixtures.Ring(Nodes);
        RingArc[] arcs = [.. _ring.Arcs().Where((_, i) => i % 3000 == 0)];
        _overrides = [.. arcs.Select((arc, i) => new RingOverride(arc.First, arc.Last, _members[i % Nodes].Id))];
    }

    [Benchmark]
    public HashRing Build() => HashRing.Build(_members);

    [Benchmark]
    public HashRing Join() => _ring.WithMembers(_joined);

    [Benchmark]
    public HashRing Leave() => _ring.WithMembers(_left);

    [Benchmark]
    public HashRing Reweight() => _ring.WithMembers(_reweighted);

    [Benchmark]
    public HashRing ThousandOverrides() => _ring.WithOverrides(_overrides);

    [Benchmark]
    public double DifferenceOfAJoin() => RingDifference.Between(_ring, _ring.WithMembers(_joined)).MovedShare;

    /// <summary>What a ring without merging does: all points hashed and sorted.</summary>
    [Benchmark]
    public object SortAnew() => RingFixtures.SortPoints(Nodes);

    [Benchmark]
    public object MaglevBuild() => new MaglevTable(_members);
}

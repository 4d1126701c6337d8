namespace HashBalancer.Ring.Tests.Rings.Structure;

/// <summary>Lines with more arcs than room send their look-ups to the points, to the same answer.</summary>
public sealed class FullLineTests
{
    [Fact]
    public void Owner_LinesWithMoreThan15Arcs_IsTheReferences()
    {
        RingMember[] members = Members.Equal(300);
        var ring = HashRing.Build(members);
        var reference = new ReferenceRing(members);
        int full = 0;
        foreach ((LineBlock block, int segment) in ring.LineBlocks.Select((block, segment) => (block, segment)))
        {
            long width = 1L << (32 - ring.Geometry.SegmentBits);
            for (int line = 0; line < block.Lines; line++)
            {
                if (block.Content[((line + 1) * LineLayout.WordsPerLine) - 1] != LineSearch.Elsewhere)
                    continue;
                full++;
                long first = (segment * width) + (line * width / block.Lines), next = first + (width / block.Lines);
                for (int i = 0; i <= 64; i++)
                {
                    ulong hash = Keys.At((uint)(first + ((next - first) * i / 64)));
                    Assert.Equal(reference.Owner(hash), ring.OwnerId(hash));
                }
            }
        }

        // A Poisson number with mean 8.5 is above 15 in about 1 % of lines.
        Assert.InRange((double)full / ring.LineBlocks.Sum(b => b.Lines), 0.001, 0.02);
    }

    [Fact]
    public void Owner_ALineCutToPiecesByOverrides_IsTheirs()
    {
        var ring = HashRing.Build(Members.Equal(50));
        RingOverride[] stripes = [.. Enumerable.Range(0, 60_000).Select(i => new RingOverride(1_000_000u + (2 * (uint)i), 1_000_000u + (2 * (uint)i), $"node-{i % 50}"))];
        HashRing cut = ring.WithOverrides(stripes);

        for (int i = 0; i < stripes.Length; i++)
        {
            Assert.Equal($"node-{i % 50}", cut.OwnerId(Keys.At(stripes[i].First)));
            Assert.Equal(ring.OwnerId(Keys.At(stripes[i].First + 1)), cut.OwnerId(Keys.At(stripes[i].First + 1)));
        }
    }
}

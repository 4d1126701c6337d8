using System.Runtime.InteropServices;

namespace HashBalancer.Ring.Tests.Rings.Structure;

public sealed unsafe class LineSearchTests
{
    [Fact]
    public void CountBelow_EveryProbe_IsTheSameByAnyVector()
    {
        uint* line = (uint*)NativeMemory.AlignedAlloc(64, 64);
        try
        {
            var chance = new Random(5);
            for (int round = 0; round < 200; round++)
            {
                uint[] words = [.. Enumerable.Range(0, 15).Select(_ => (uint)chance.NextInt64(1L << 32)).Order(), uint.MaxValue];
                words.CopyTo(new Span<uint>(line, 16));
                foreach (uint probe in words.SelectMany(w => new[] { w - 1, w, w + 1 }).Append(0u).Append(uint.MaxValue))
                {
                    int expected = words.Count(w => w < probe);
                    Assert.Equal(expected, LineSearch.CountBelow512(line, probe));
                    Assert.Equal(expected, LineSearch.CountBelow256(line, probe));
                    Assert.Equal(words[expected], LineSearch.FirstNotBelow(line, probe));
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(line);
        }
    }
}

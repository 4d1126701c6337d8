using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>The recipe of points, apart from the ring's own code, so that a baseline owes it nothing.</summary>
internal static class PointRecipe
{
    /// <summary>Points in order of members; slots are indices of members.</summary>
    public static IEnumerable<(uint Position, int Slot)> PointsOf(IReadOnlyList<RingMember> members, int pointsPerUnitWeight)
    {
        for (int slot = 0; slot < members.Count; slot++)
        {
            byte[] id = Encoding.UTF8.GetBytes(members[slot].Id);
            byte[] seed = [.. id, 0, 0, 0, 0];
            for (int i = 0; i < pointsPerUnitWeight; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(seed.AsSpan(id.Length), i);
                yield return ((uint)(XxHash3.HashToUInt64(seed) >> 32), slot);
            }
        }
    }
}

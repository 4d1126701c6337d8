namespace HashBalancer.Functional.Streams;

/// <summary>A long body whose byte at any offset is known, so that a lost, doubled or swapped piece shows.</summary>
internal static class Pattern
{
    // A prime length: no buffer's size divides it, so a piece out of place never matches.
    private static readonly byte[] Block = Make(65_521);

    /// <summary>Writes the body.</summary>
    public static async Task Write(Stream to, long length, CancellationToken stop)
    {
        for (long at = 0; at < length; at += Block.Length)
            await to.WriteAsync(Block.AsMemory(0, (int)Math.Min(Block.Length, length - at)), stop);
    }

    /// <summary>Reads to the end; the length read, or the offset of the first wrong byte as a negative number below zero.</summary>
    public static async Task<long> Check(Stream from, CancellationToken stop)
    {
        byte[] buffer = new byte[256 * 1024];
        long at = 0;
        while (await from.ReadAsync(buffer, stop) is var read and > 0)
        {
            for (int seen = 0; seen < read;)
            {
                int offset = (int)((at + seen) % Block.Length);
                int length = Math.Min(read - seen, Block.Length - offset);
                if (!buffer.AsSpan(seen, length).SequenceEqual(Block.AsSpan(offset, length)))
                    return -(at + seen) - 1;
                seen += length;
            }

            at += read;
        }

        return at;
    }

    private static byte[] Make(int length)
    {
        byte[] block = new byte[length];
        new Random(20260103).NextBytes(block);
        return block;
    }
}

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>Damages messages the way faulty and hostile peers do; the seed repeats each one.</summary>
internal static class Mutation
{
    private static readonly byte[] Dangerous = "\r\n\0 \t:,;0123456789abcdefx%\u00ff"u8.ToArray();

    public static byte[] Of(byte[] sound, Random random)
    {
        var bytes = new List<byte>(sound);
        for (int edits = random.Next(1, 5); edits > 0 && bytes.Count > 0; edits--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = Dangerous[random.Next(Dangerous.Length)];
                    break;
                case 1:
                    bytes.Insert(at, Dangerous[random.Next(Dangerous.Length)]);
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 20), bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
            }
        }

        return [.. bytes];
    }
}

namespace HashBalancer.Comparison.Hosts;

/// <summary>What this executable is when the comparison starts it again as a process of its own.</summary>
internal static class Role
{
    /// <summary>The line that a role prints when it serves: this word and its addresses.</summary>
    public const string Listening = "listening";

    /// <summary>Ends with the standard input: the comparison holds the other end, so no role outlives it.</summary>
    public static async Task UntilStdinCloses()
    {
        await using Stream input = Console.OpenStandardInput();
        byte[] ignored = new byte[64];
        while (await input.ReadAsync(ignored) > 0)
        {
        }
    }

    /// <summary>The addresses in a role's line, or null when it is another line.</summary>
    public static string[]? AddressesIn(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is [Listening, .. string[] addresses] ? addresses : null;
    }
}

namespace HashBalancer.LoadTests.Targets;

/// <summary>Reads the addresses that processes of this project print when they serve.</summary>
internal static class PrintedAddress
{
    /// <summary>The address in a line such as <c>proxy     http://127.0.0.1:40123</c>, a remark after it or not; else null.</summary>
    public static Uri? In(string line, string name)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length >= 2 && words[0] == name && Uri.TryCreate(words[1], UriKind.Absolute, out Uri? url) ? url : null;
    }
}

namespace HashBalancer.Functional.Processes;

/// <summary>Programs that a test needs beside the SDK.</summary>
internal static class Peer
{
    /// <summary>Skips the test where a program is missing; fails it where HASHBALANCER_REQUIRE_PEERS=1 says that none may be.</summary>
    public static void Require(string program)
    {
        bool found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
        if (found)
            return;
        if (Environment.GetEnvironmentVariable("HASHBALANCER_REQUIRE_PEERS") == "1")
            Assert.Fail($"{program} is not on the PATH, and HASHBALANCER_REQUIRE_PEERS=1 asks for it.");
        Assert.Skip($"{program} is not on the PATH.");
    }
}

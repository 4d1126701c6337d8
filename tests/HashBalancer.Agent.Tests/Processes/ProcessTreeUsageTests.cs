namespace HashBalancer.Agent.Tests.Processes;

/// <summary>Sums over a made-up process table.</summary>
public sealed class ProcessTreeUsageTests : IDisposable
{
    private readonly DirectoryInfo _proc = Directory.CreateTempSubdirectory("hb-proc-");

    public ProcessTreeUsageTests()
    {
        Directory.CreateDirectory(Path.Combine(_proc.FullName, "self"));
        Directory.CreateDirectory(Path.Combine(_proc.FullName, "99")); // Gone between listing and reading.
        Add(1, "init", 0, ticks: 5000, pages: 50);
    }

    public void Dispose() => _proc.Delete(recursive: true);

    [Fact]
    public void Read_Tree_SumsTheProcessAndItsDescendants()
    {
        Add(10, "web (a) 1", 1, ticks: 100, pages: 10);
        Add(11, "worker", 10, ticks: 20, pages: 3);
        Add(12, "worker's child", 11, ticks: 3, pages: 2);
        Add(13, "stranger", 1, ticks: 700, pages: 70);
        (TimeSpan cpu, long memory) = new ProcessTreeUsage(10, _proc.FullName).Read();
        // Each of the four times of a process has the ticks given.
        Assert.Equal(TimeSpan.FromSeconds(4 * 1.23), cpu);
        Assert.Equal(15 * Environment.SystemPageSize, memory);
    }

    [Fact]
    public void Read_WorkerGone_DoesNotFall()
    {
        Add(10, "web", 1, ticks: 100, pages: 10);
        Add(11, "worker", 10, ticks: 20, pages: 3);
        var usage = new ProcessTreeUsage(10, _proc.FullName);
        usage.Read();
        Directory.Delete(Path.Combine(_proc.FullName, "11"), recursive: true);
        (TimeSpan cpu, long memory) = usage.Read();
        Assert.Equal(TimeSpan.FromSeconds(4 * 1.2), cpu);
        Assert.Equal(10 * Environment.SystemPageSize, memory);
    }

    [Fact]
    public void Read_ParentsInACircle_Ends()
    {
        Add(20, "a", 21, ticks: 1, pages: 1);
        Add(21, "b", 20, ticks: 1, pages: 1);
        Assert.Equal((TimeSpan.Zero, 0L), new ProcessTreeUsage(10, _proc.FullName).Read());
    }

    private void Add(int id, string name, int parent, int ticks, int pages)
    {
        string directory = Path.Combine(_proc.FullName, $"{id}");
        Directory.CreateDirectory(directory);
        File.WriteAllText(
            Path.Combine(directory, "stat"),
            $"{id} ({name}) S {parent} 1 1 0 -1 4194304 0 0 0 0 {ticks} {ticks} {ticks} {ticks} 20 0 1 0 1 1000 {pages} 18446744073709551615 0\n");
    }
}

using System.IO.MemoryMappedFiles;

#pragma warning disable CA1050, MA0047, RCS1110 // The runtime looks for this class by its name, outside of any namespace.

/// <summary>
/// Runs before Main in the .NET proxies: a thread writes what the whole process has allocated to a file in memory, so that any
/// .NET program can be measured alike without a change to it. It allocates nothing itself once it runs.
/// </summary>
internal static class StartupHook
{
    public const string FileVariable = "HASHBALANCER_COMPARISON_ALLOCATIONS";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
            new Thread(() => Publish(file)) { IsBackground = true, Name = "allocation counter" }.Start();
    }

    private static void Publish(string file)
    {
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(file, FileMode.Open);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor(0, sizeof(long));
        using var never = new ManualResetEvent(initialState: false);
        do
            view.Write(0, GC.GetTotalAllocatedBytes(precise: false));
        while (!never.WaitOne(Interval));
    }
}

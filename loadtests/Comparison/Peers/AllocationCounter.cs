using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace HashBalancer.Comparison.Peers;

/// <summary>Reads what a .NET process has allocated since it started, from the file that <c>StartupHook</c> keeps in it.</summary>
internal sealed class AllocationCounter : IDisposable
{
    private const int Size = sizeof(long);

    private readonly string _file;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;

    public AllocationCounter(DirectoryInfo folder, string name)
    {
        _file = Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{name}-{Guid.NewGuid():N}.allocations"));
        _map = MemoryMappedFile.CreateFromFile(_file, FileMode.Create, mapName: null, Size);
        _view = _map.CreateViewAccessor(0, Size);
    }

    /// <summary>What the process has to be started with.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(AllocationCounter).Assembly.Location,
        [StartupHook.FileVariable] = _file,
    };

    /// <summary>Bytes; at most some 20 ms old.</summary>
    public long Bytes => _view.ReadInt64(0);

    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
        File.Delete(_file);
    }
}

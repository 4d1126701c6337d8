using System.Text;

namespace HashBalancer.Control.Tests;

/// <summary>One directory's files in memory, which can be made to fail.</summary>
internal sealed class FakeFileStore : IFileStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _files = [];
    private int _writes;
    private Exception? _fault;

    /// <summary>How many writes were tried.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>What every call throws; null for none.</summary>
    public Exception? Fault
    {
        get => Volatile.Read(ref _fault);
        set => Volatile.Write(ref _fault, value);
    }

    public void Put(string path, string contents)
    {
        lock (_gate)
            _files[path] = Encoding.UTF8.GetBytes(contents);
    }

    public string? TextOf(string path)
    {
        lock (_gate)
            return _files.TryGetValue(path, out byte[]? contents) ? Encoding.UTF8.GetString(contents) : null;
    }

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        if (Fault is { } fault)
            throw fault;
        lock (_gate)
            return Task.FromResult(_files.GetValueOrDefault(path));
    }

    public Task WriteAsync(string path, ReadOnlyMemory<byte> contents, CancellationToken cancellation)
    {
        try
        {
            if (Fault is { } fault)
                throw fault;
            lock (_gate)
                _files[path] = contents.ToArray();
            return Task.CompletedTask;
        }
        finally
        {
            Interlocked.Increment(ref _writes);
        }
    }
}

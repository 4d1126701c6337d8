namespace HashBalancer.Control;

/// <summary>The files that the control plane keeps.</summary>
internal interface IFileStore
{
    /// <summary>The whole of a file, or null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    Task<byte[]?> ReadAsync(string path, CancellationToken cancellation);

    /// <summary>Puts a file in place whole: a reader, and a start after a crash, see the former contents or these, never a part.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    Task WriteAsync(string path, ReadOnlyMemory<byte> contents, CancellationToken cancellation);
}

/// <summary>Files of the operating system.</summary>
internal sealed class FileStore : IFileStore
{
    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public async Task WriteAsync(string path, ReadOnlyMemory<byte> contents, CancellationToken cancellation)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string temporary = full + ".tmp";
        await using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
        {
            await file.WriteAsync(contents, cancellation);
            // Before the rename: else a power failure may leave the new name on empty contents.
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, full, overwrite: true);
    }
}

using System.Globalization;

namespace HashBalancer.Gateway.AccessLogging;

/// <summary>A file that is put aside as <c>NAME.1</c> when it is full, what was there before as <c>NAME.2</c>, and so on; the oldest goes.</summary>
/// <remarks>Not thread-safe. A file that somebody else moved away, as logrotate does, is begun anew.</remarks>
internal sealed class RollingFile(string path, long mostBytes, int keep) : IDisposable
{
    private FileStream? _open;

    /// <summary>Writes whole lines.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Write(ReadOnlySpan<byte> lines)
    {
        if (_open is not null && !File.Exists(path))
            Close();
        if (mostBytes > 0 && Open().Length > 0 && Open().Length + lines.Length > mostBytes)
            PutAside();
        FileStream file = Open();
        file.Write(lines);
        file.Flush();
    }

    public void Dispose() => Close();

    private FileStream Open()
    {
        if (_open is not null)
            return _open;
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        return _open = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    private void PutAside()
    {
        Close();
        if (keep == 0)
        {
            File.Delete(path);
            return;
        }

        for (int i = keep - 1; i >= 1; i--)
        {
            if (File.Exists(Aside(i)))
                File.Move(Aside(i), Aside(i + 1), overwrite: true);
        }

        File.Move(path, Aside(1), overwrite: true);
    }

    private string Aside(int number) => path + "." + number.ToString(CultureInfo.InvariantCulture);

    private void Close()
    {
        _open?.Dispose();
        _open = null;
    }
}

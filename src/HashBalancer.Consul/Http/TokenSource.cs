using System.Text;

namespace HashBalancer.Consul;

/// <summary>The ACL token in force: a fixed one, or the content of a file that is read again whenever it changes.</summary>
/// <remarks>Thread-safe. A file that vanishes or turns unreadable leaves the last token in force.</remarks>
internal sealed class TokenSource(string? token, string? file)
{
    private const int MaxFileBytes = 4096;
    private readonly Lock _lock = new();
    private (DateTime Written, long Length) _seen;
    private string? _fromFile;

    public static bool IsUsable(string token) => token.Length > 0 && token.All(c => c is > ' ' and <= '~');

    /// <summary>The token, or null when none is configured.</summary>
    /// <exception cref="TokenFileException">There is no usable token in the file, and there never was one.</exception>
    public string? Current()
    {
        if (file is null)
            return token;
        lock (_lock)
        {
            try
            {
                var info = new FileInfo(file);
                (DateTime, long) now = (info.LastWriteTimeUtc, info.Exists ? info.Length : -1);
                if (_fromFile is null || now != _seen)
                {
                    _fromFile = Read(info);
                    _seen = now;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (_fromFile is null)
                    throw new TokenFileException($"The token file '{file}' cannot be read: {e.Message}", e);
            }

            return _fromFile;
        }
    }

    private static string Read(FileInfo info)
    {
        if (info.Length > MaxFileBytes)
            throw new IOException($"it has {info.Length} bytes; allowed are {MaxFileBytes}.");
        string content = File.ReadAllText(info.FullName, Encoding.UTF8).Trim();
        return IsUsable(content) ? content : throw new IOException("it holds no token; allowed is one line of printable ASCII characters.");
    }
}

/// <summary>Why no token could be had; the transport turns it into a <see cref="ConsulTokenException"/>.</summary>
internal sealed class TokenFileException(string message, Exception inner) : Exception(message, inner);

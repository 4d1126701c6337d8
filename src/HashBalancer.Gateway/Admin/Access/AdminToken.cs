using System.Security.Cryptography;
using System.Text;

namespace HashBalancer.Gateway.Admin;

/// <summary>The token that callers of the admin server show, from the configuration or from a file that is read again whenever it is asked for.</summary>
/// <remarks>Thread-safe. A file that cannot be read for a moment leaves the token before in force.</remarks>
internal sealed class AdminToken(string? token, string? file)
{
    /// <summary>Characters: shorter ones can be guessed.</summary>
    public const int Shortest = 16;

    private volatile byte[]? _known = token is null ? null : HashOf(token);

    /// <summary>Whether callers must show one.</summary>
    public bool IsRequired => token is not null || file is not null;

    /// <summary>Reads a token's file: its first line, without white space at its ends.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string Read(string file) => File.ReadLines(file).FirstOrDefault()?.Trim() ?? "";

    /// <summary>Whether a text is the token; in a time that tells nothing of it.</summary>
    public bool Is(string shown)
    {
        if (file is not null)
            Refresh(file);
        return _known is { } known && CryptographicOperations.FixedTimeEquals(known, HashOf(shown));
    }

    private void Refresh(string file)
    {
        try
        {
            if (Read(file) is { Length: >= Shortest } read)
                _known = HashOf(read);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It may be about to be replaced.
        }
    }

    /// <summary>Of one length whatever the text's, so that not even that is told.</summary>
    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

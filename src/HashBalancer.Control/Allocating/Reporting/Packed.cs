using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HashBalancer.Control;

/// <summary>JSON, compressed: an entry of the registry holds 512 KiB.</summary>
internal static class Packed
{
    /// <summary>What an entry may have.</summary>
    public const int Most = 512 * 1024;

    /// <summary>Nobody packs more into an entry: what unpacks to more was not packed here.</summary>
    private const int MostUnpacked = 64 * 1024 * 1024;

    public static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest))
            JsonSerializer.Serialize(brotli, value, type);
        return packed.ToArray();
    }

    /// <summary>Null when it cannot be read.</summary>
    public static T? Read<T>(byte[]? packed, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using var brotli = new BrotliStream(new MemoryStream(packed ?? []), CompressionMode.Decompress);
            using var text = new MemoryStream();
            byte[] buffer = new byte[81920];
            for (int read; (read = brotli.Read(buffer)) > 0;)
            {
                text.Write(buffer, 0, read);
                if (text.Length > MostUnpacked)
                    return null;
            }

            return JsonSerializer.Deserialize(text.GetBuffer().AsSpan(0, (int)text.Length), type);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException or NotSupportedException)
        {
            return null;
        }
    }
}

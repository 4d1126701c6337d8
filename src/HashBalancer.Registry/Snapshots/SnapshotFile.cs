using System.Text.Json;

namespace HashBalancer.Registry;

/// <summary>Reads and writes the snapshot file. A write replaces the file as a whole: a reader never sees half of one.</summary>
internal static class SnapshotFile
{
    /// <summary>Only the owner reads it: it may hold tokens and secrets kept under keys.</summary>
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads a snapshot; null when there is no file yet.</summary>
    /// <exception cref="InvalidDataException">The file is no snapshot of this version; the message names it and says why.</exception>
    public static SnapshotDocument? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        SnapshotDocument? document;
        try
        {
            using FileStream file = File.OpenRead(path);
            document = JsonSerializer.Deserialize(file, RegistryJson.Default.SnapshotDocument);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The registry's snapshot file {path} cannot be read: {e.Message}", e);
        }

        return document is { Version: SnapshotDocument.CurrentVersion }
            ? document
            : throw new InvalidDataException(
                $"The registry's snapshot file {path} has version {document?.Version}; this program reads version {SnapshotDocument.CurrentVersion}.");
    }

    public static void Write(string path, SnapshotDocument document)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory);
        string temporary = $"{path}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var file = new FileStream(temporary, options))
        {
            JsonSerializer.Serialize(file, document, RegistryJson.Default.SnapshotDocument);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}

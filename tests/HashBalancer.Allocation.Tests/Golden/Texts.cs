namespace HashBalancer.Allocation.Tests.Golden;

/// <summary>Texts that people read, each in a file of its own under <c>Golden/texts</c>; written anew as <see cref="Golden"/> says.</summary>
internal static class Texts
{
    public static void Hold(string name, string text)
    {
        string file = Path.Combine(Testing.Repository.Root, "tests", "HashBalancer.Allocation.Tests", "Golden", "texts", $"{name}.txt");
        if (Golden.IsWriting)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text + "\n");
            return;
        }

        Assert.Equal(File.ReadAllText(file), text + "\n");
    }
}

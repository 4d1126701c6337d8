namespace HashBalancer.Allocation.Policies.Filling;

/// <summary>Arrays that are kept from one use to the next.</summary>
internal static class KeptArray
{
    /// <summary>The array, or a longer one, with its first places set to a value.</summary>
    public static T[] Cleared<T>(T[] buffer, int length, T value = default!)
    {
        if (buffer.Length < length)
            buffer = new T[length];
        buffer.AsSpan(0, length).Fill(value);
        return buffer;
    }
}

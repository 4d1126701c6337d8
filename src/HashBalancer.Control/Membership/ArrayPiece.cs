namespace HashBalancer.Control;

/// <summary>Makes an array of its own out of a piece of a JSON array that was cut between elements.</summary>
internal static class ArrayPiece
{
    /// <summary>Turns the commas at the cuts into brackets.</summary>
    /// <param name="piece">The piece; changed in place.</param>
    /// <param name="afterElement">Whether an element ends where the piece begins; else the piece begins with the array.</param>
    /// <param name="beforeElement">Whether an element begins where the piece ends; else the piece ends with the array.</param>
    /// <param name="array">The array, which must then have an element unless the piece is a whole array; empty when the piece is a lone bracket or comma.</param>
    /// <returns>False when the piece cannot come from a JSON array. True does not say that its elements are valid.</returns>
    public static bool TryClose(Span<byte> piece, bool afterElement, bool beforeElement, out Range array)
    {
        array = default;
        int start = piece.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0)
            return false;
        int last = piece.LastIndexOfAnyExcept(" \t\r\n"u8);
        byte opening = afterElement ? (byte)',' : (byte)'[', closing = beforeElement ? (byte)',' : (byte)']';
        if (start == last)
        {
            // A lone comma between two elements, or a bracket beside one.
            return (afterElement || beforeElement) && piece[start] == (afterElement ? closing : opening);
        }

        if (piece[start] != opening || piece[last] != closing)
            return false;
        piece[start] = (byte)'[';
        piece[last] = (byte)']';
        array = start..(last + 1);
        return true;
    }
}

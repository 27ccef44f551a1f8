namespace Mana.Recurrence.Calendar;

/// <summary>Whole numbers: what the intervals and cycles of a calendar need.</summary>
internal static class Arithmetic
{
    public static long Gcd(long a, long b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }

    public static long Mod(long value, long by) => value % by is var rest && rest < 0 ? rest + by : rest;

    /// <summary>The first member of <c>origin + k·step</c>, k ≥ 0, that is not below the value.</summary>
    public static long RoundUp(long value, long origin, long step) => value <= origin ? origin : origin + ((value - origin + step - 1) / step * step);

    /// <summary>The x in [0, modulus) with <c>factor·x ≡ 1</c>; the two must have no common divisor.</summary>
    public static long Inverse(long factor, long modulus)
    {
        var (a, b, x, y) = (Mod(factor, modulus), modulus, 1L, 0L);
        while (b != 0)
        {
            var quotient = a / b;
            (a, b) = (b, a - (quotient * b));
            (x, y) = (y, x - (quotient * y));
        }

        return Mod(x, modulus);
    }
}

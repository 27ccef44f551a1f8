using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mana.Credits.Contracts;

/// <summary>
/// An amount of credits, kept in milli-credits (commerce.md 2.3). On the wire a JSON number of credits with at most three decimals; whole
/// amounts have none.
/// </summary>
/// <param name="Milli">Thousandths of a credit; may be negative where a balance may be.</param>
[JsonConverter(typeof(CreditAmountConverter))]
public readonly record struct CreditAmount(long Milli) : IComparable<CreditAmount>
{
    public const long PerCredit = 1000;

    /// <summary>The most that one command may move: a million credits.</summary>
    public static readonly CreditAmount Largest = OfCredits(1_000_000);

    public static CreditAmount Zero => default;

    public static CreditAmount OfCredits(long credits) => new(checked(credits * PerCredit));

    /// <summary>Null unless it is a number of at most three decimals whose size is at most <see cref="Largest"/>.</summary>
    public static CreditAmount? OfCredits(decimal credits) =>
        Math.Abs(credits) <= Largest.Milli / PerCredit && decimal.IsInteger(credits * PerCredit) ? new CreditAmount((long)(credits * PerCredit)) : null;

    public bool IsWhole => Milli % PerCredit == 0;

    /// <summary>What <see cref="ICreditsLedger"/> accepts as the amount of a command.</summary>
    public bool MayMove => Milli > 0 && Milli <= Largest.Milli;

    public int CompareTo(CreditAmount other) => Milli.CompareTo(other.Milli);

    public static CreditAmount operator +(CreditAmount left, CreditAmount right) => new(checked(left.Milli + right.Milli));

    public static CreditAmount operator -(CreditAmount left, CreditAmount right) => new(checked(left.Milli - right.Milli));

    public static CreditAmount operator -(CreditAmount amount) => new(checked(-amount.Milli));

    public static bool operator <(CreditAmount left, CreditAmount right) => left.Milli < right.Milli;

    public static bool operator >(CreditAmount left, CreditAmount right) => left.Milli > right.Milli;

    public static bool operator <=(CreditAmount left, CreditAmount right) => left.Milli <= right.Milli;

    public static bool operator >=(CreditAmount left, CreditAmount right) => left.Milli >= right.Milli;

    public static CreditAmount Add(CreditAmount left, CreditAmount right) => left + right;

    public static CreditAmount Subtract(CreditAmount left, CreditAmount right) => left - right;

    public static CreditAmount Negate(CreditAmount amount) => -amount;

    /// <summary>Credits without trailing zeros: <c>5</c>, <c>0.1</c>.</summary>
    public override string ToString() => (Milli / (decimal)PerCredit).ToString("0.###", CultureInfo.InvariantCulture);
}

internal sealed class CreditAmountConverter : JsonConverter<CreditAmount>
{
    public override CreditAmount Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var credits) && CreditAmount.OfCredits(credits) is { } amount
            ? amount
            : throw new JsonException("Not an amount of credits.");

    public override void Write(Utf8JsonWriter writer, CreditAmount value, JsonSerializerOptions options)
    {
        if (value.IsWhole)
            writer.WriteNumberValue(value.Milli / CreditAmount.PerCredit);
        else
            writer.WriteRawValue(value.ToString(), skipInputValidation: true);
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mana.Credits.Contracts;

namespace Mana.Credits.Ledger;

internal static class Fingerprint
{
    /// <summary>Null without a key. Metadata takes part in the form that it is stored in, so equal objects are equal requests.</summary>
    /// <param name="priced">What was asked for instead of an amount.</param>
    public static Repeatable? Of(string operation, string? key, CreditAmount amount, string? priced, params string?[] parts) =>
        key is null ? null : new Repeatable(operation, key, SHA256.HashData(Encoding.UTF8.GetBytes($"{priced ?? amount.Milli.ToString(CultureInfo.InvariantCulture)}\u001f{string.Join('\u001f', parts)}")));
}

/// <summary>Names of outcomes, for metrics.</summary>
internal static class LedgerOutcome
{
    public static string Of(PostingResult result) => result switch
    {
        PostingResult.Posted { Replayed: true } => "replayed",
        PostingResult.Posted => "ok",
        PostingResult.Insufficient => "insufficient",
        PostingResult.KeyMismatch => "mismatch",
        PostingResult.Contention => "contention",
        PostingResult.Frozen => "frozen",
        PostingResult.BudgetExhausted => "budget_exhausted",
        _ => "refused",
    };

    public static string Of(SettlementResult result) => result switch
    {
        SettlementResult.Settled { Replayed: true } => "replayed",
        SettlementResult.Settled => "ok",
        SettlementResult.Contention => "contention",
        SettlementResult.NotFound => "not_found",
        _ => "refused",
    };
}

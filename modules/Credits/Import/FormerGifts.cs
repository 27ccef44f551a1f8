using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Npgsql;

namespace Mana.Credits.Import;

/// <summary>Active gifts of an original, compared with what is here, one by one.</summary>
internal sealed class FormerGifts(NpgsqlDataSource database)
{
    /// <summary>Whoever redeems a gift here, takes it back or lets it expire moves its credits out of escrow, with an entry of this key.</summary>
    const string Rows = """
        SELECT g.id, g.code, g.total, g.status, g.expires_at, EXISTS (SELECT FROM credits.entries e WHERE e.business_key = 'gift:out:' || g.id)
        FROM credits.gift_codes g WHERE g.id = ANY ($1)
        """;

    sealed record Here(string Code, long Total, string Status, DateTimeOffset ExpiresAt, bool IsOut);

    /// <summary>What differs, by gift; codes are secrets and not told.</summary>
    public async Task<List<string>> DifferencesAsync(IReadOnlyCollection<OriginalGift> gifts, CancellationToken cancellationToken)
    {
        var here = new Dictionary<Guid, Here>();
        await using (var command = database.CreateCommand(Rows))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. gifts.Select(gift => gift.Id)] });
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
                here[row.GetGuid(0)] = new(row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4), row.GetBoolean(5));
        }

        return [.. gifts.Select(gift => Difference(gift, here.GetValueOrDefault(gift.Id))).OfType<string>()];
    }

    static string? Difference(OriginalGift there, Here? here) => here switch
    {
        null => $"gift {there.Id}: {there.Credits} credits there, nothing here",
        _ when here.Total != CreditAmount.OfCredits(there.Credits).Milli => $"gift {there.Id}: {there.Credits} credits there, {new CreditAmount(here.Total)} here",
        _ when here.Code != there.Code => $"gift {there.Id}: another code here",
        _ when there.ExpiresAt is { } end && end != here.ExpiresAt => $"gift {there.Id}: ends at another time here",
        _ when here.Status == GiftCode.Active == here.IsOut => $"gift {there.Id}: {GiftCode.Active} there, {here.Status} here, and its credits {(here.IsOut ? "are out" : "were never given out")}",
        _ => null,
    };
}

using System.Data;
using System.Security.Cryptography;
using System.Text;
using Mana.Credits.Contracts;
using Mana.Credits.Data;
using Mana.Credits.Ledger;
using Mana.Kernel.Database;
using Mana.Kernel.Ids;
using Mana.Payments.Contracts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Credits.Import;

/// <summary>Takes over an original database, one person per transaction. The key of the opening entry makes a second run harmless.</summary>
internal sealed class CommerceImport(
    LedgerTransactions transactions, CreditsLedger ledger, FormerHistory history, FormerPurchases purchases, IStripeCustomerImport customers, NpgsqlDataSource database, IIdSource ids, TimeProvider time)
    : ICommerceImport
{
    const int DefaultGiftDays = 90;

    public async Task<CommerceImportResult> RunAsync(CommerceImportRequest request, CancellationToken cancellationToken)
    {
        if (DatabaseAddress.Read(request.Source) is not { } address)
            return new CommerceImportResult.Refused("This is no address of a database.");
        await using var source = new NpgsqlConnection(address);
        await source.OpenAsync(cancellationToken);
        await using var moment = await source.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var original = new OriginalCommerce(source);
        if (await original.ProblemAsync(cancellationToken) is { } problem)
            return new CommerceImportResult.Refused(problem);

        var people = await original.PeopleAsync(cancellationToken);
        var (imported, differences) = (0, new List<string>());
        foreach (var person in people)
            if (person.Balance < 0 || person.Reserved < 0)
                differences.Add($"{person.UserId}: the original owes {person.Balance} credits, which nobody can begin with");
            else if (!request.VerifyOnly && await TakeAsync(person, cancellationToken) is { } taken)
                imported += taken ? 1 : 0;
        var bought = await original.HasAsync("credits.purchases", cancellationToken) ? await purchases.CopyAsync(source, request.VerifyOnly, differences, cancellationToken) : default;
        var lines = await original.HasAsync("credits.transactions", cancellationToken) ? await CopyHistoryAsync(source, request.VerifyOnly, differences, cancellationToken) : default;
        var stripe = await customers.RunAsync(source, request.VerifyOnly, cancellationToken);
        differences.AddRange(stripe.Differences);
        return (await CompareAsync(people, imported, differences, cancellationToken)) with { Purchases = new(bought.There, bought.Here), History = new(lines.There, lines.Here), Customers = new(stripe.There, stripe.Here) };
    }

    async Task<(long There, long Here)> CopyHistoryAsync(NpgsqlConnection source, bool verifyOnly, List<string> differences, CancellationToken cancellationToken)
    {
        var (there, here) = await history.CopyAsync(source, verifyOnly, cancellationToken);
        if (there != here)
            differences.Add($"history: {there.Lines} lines of {new CreditAmount(there.Sum)} credits there, {here.Lines} of {new CreditAmount(here.Sum)} here");
        return (there.Lines, here.Lines);
    }

    /// <summary>True when this run did it, false when an earlier one had, null when it could not be done.</summary>
    async Task<bool?> TakeAsync(OriginalPerson person, CancellationToken cancellationToken)
    {
        if (!await ledger.OpenAsync(person.UserId, cancellationToken))
            return null;
        var result = await transactions.RunAsync<object>(async (transaction, token) =>
        {
            var now = time.GetUtcNow();
            if (person.Opening > 0)
            {
                var opened = await ledger.PostAsync(transaction.Connection, new Booking(ids.NewGuid(), "adjustment", person.UserId, CreditAmount.OfCredits(person.Opening).Milli, 0, "system", "Opening balance")
                {
                    Counter = "adjustment", Type = "adjustment", By = "import", BusinessKey = KeyOf(person.UserId), At = now,
                }, token);
                if (opened is not PostingResult.Posted { Replayed: false })
                    return false;
            }

            foreach (var gift in person.Gifts)
                await WrapAsync(transaction, person.UserId, gift, now, token);
            if (person.Sync is { } sync && !await transaction.Database.SyncSubscriptions.AnyAsync(row => row.UserId == person.UserId, token))
                transaction.Database.SyncSubscriptions.Add(Row(person.UserId, sync, now));
            await transaction.CommitAsync(token);
            return true;
        }, cancellationToken);
        return result as bool?;
    }

    /// <summary>Credits of a gift that nobody has redeemed wait in an account of their own, as if it had been made here.</summary>
    async Task WrapAsync(LedgerTransaction transaction, string userId, OriginalGift gift, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var entry = ids.NewGuid();
        var posted = await ledger.PostAsync(transaction.Connection, new Booking(entry, "gift_create", userId, -CreditAmount.OfCredits(gift.Credits).Milli, 0, "gifts", "Gift created")
        {
            Counter = "gift_escrow", CounterOwner = gift.Id.ToString(), Type = "gift", By = "import", BusinessKey = $"gift:in:{gift.Id}", At = now,
        }, cancellationToken);
        if (posted is not PostingResult.Posted)
            throw new InvalidOperationException("A gift of the original cannot be paid by what was opened for its maker.");
        transaction.Database.Gifts.Add(new GiftCode
        {
            Id = gift.Id, Code = gift.Code, CreatorId = userId, CreatorName = gift.CreatorName, Total = CreditAmount.OfCredits(gift.Credits).Milli, Type = gift.Type == "personalized" && gift.TargetEmail is not null ? "personalized" : "simple",
            Status = GiftCode.Active, TargetEmail = gift.Type == "personalized" ? gift.TargetEmail : null, Message = gift.Message, ExpiresAt = gift.ExpiresAt ?? now.AddDays(DefaultGiftDays), EntryId = entry,
            CreatedAt = gift.CreatedAt, UpdatedAt = now,
        });
    }

    SyncSubscription Row(string userId, OriginalSync sync, DateTimeOffset now) => new()
    {
        Id = ids.NewGuid(), UserId = userId, Active = sync.Active || sync.IsGifted, Interval = sync.Interval, ActivatedAt = sync.ActivatedAt,
        NextChargeAt = sync.IsGifted || !sync.Active ? null : sync.NextChargeAt ?? now, AnchorDay = (sync.NextChargeAt ?? now).UtcDateTime.Day, PausedAt = sync.IsGifted || sync.Active ? null : sync.PausedAt,
        IsGifted = sync.IsGifted, GiftedBy = sync.IsGifted ? sync.GiftedBy : null, GiftedAt = sync.IsGifted ? sync.GiftedAt : null, CreatedAt = sync.ActivatedAt ?? now, UpdatedAt = now,
    };

    async Task<CommerceImportResult.Completed> CompareAsync(List<OriginalPerson> people, int imported, List<string> differences, CancellationToken cancellationToken)
    {
        var (there, here) = (0L, 0L);
        foreach (var person in people)
        {
            await using var command = database.CreateCommand("SELECT amount FROM credits.entries WHERE business_key = $1");
            var opened = await command.Text(KeyOf(person.UserId)).ExecuteScalarAsync(cancellationToken) as long? ?? 0;
            var wanted = CreditAmount.OfCredits(Math.Max(0, person.Opening)).Milli;
            (there, here) = (there + wanted, here + opened);
            if (opened != wanted)
                differences.Add($"{person.UserId}: {new CreditAmount(wanted)} there, {new CreditAmount(opened)} here");
        }

        return new CommerceImportResult.Completed(
            people.Count, imported, new(there), new(here), people.Sum(person => person.Gifts.Count), people.Count(person => person.Sync is not null), differences);
    }

    /// <summary>A digest: the key outlives the person.</summary>
    static string KeyOf(string userId) => "import:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(userId)));
}

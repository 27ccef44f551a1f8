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
    LedgerTransactions transactions, CreditsLedger ledger, FormerHistory history, FormerPurchases purchases, FormerSync subscriptions, FormerGifts wrapped, IStripeCustomerImport customers, NpgsqlDataSource database, IIdSource ids, TimeProvider time)
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
            var isNew = person.Opening > 0 && await OpenAsync(transaction, person, now, token);
            if (isNew)
                foreach (var gift in person.Gifts)
                    await WrapAsync(transaction, person.UserId, gift, now, token);
            // Also of somebody whose credits an earlier run took over.
            var isTaken = isNew | (person.Sync is { } sync && await subscriptions.TakeAsync(transaction, person.UserId, sync, now, token));
            await transaction.CommitAsync(token);
            return isTaken;
        }, cancellationToken);
        return result as bool?;
    }

    /// <summary>False: it was opened before.</summary>
    async Task<bool> OpenAsync(LedgerTransaction transaction, OriginalPerson person, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ledger.PostAsync(transaction.Connection, new Booking(ids.NewGuid(), "adjustment", person.UserId, CreditAmount.OfCredits(person.Opening).Milli, 0, "system", "Opening balance")
        {
            Counter = "adjustment", Type = "adjustment", By = "import", BusinessKey = KeyOf(person.UserId), At = now,
        }, cancellationToken) is PostingResult.Posted { Replayed: false };

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

        var gifts = people.SelectMany(person => person.Gifts).ToList();
        var others = await wrapped.DifferencesAsync(gifts, cancellationToken);
        differences.AddRange(others);
        var (synced, equal) = (people.Where(person => person.Sync is not null).ToList(), 0);
        foreach (var person in synced)
            if (await subscriptions.DifferenceAsync(person.UserId, person.Sync!, cancellationToken) is { } difference)
                differences.Add(difference);
            else
                equal++;
        return new CommerceImportResult.Completed(people.Count, imported, new(there), new(here), new(gifts.Count, gifts.Count - others.Count), new(synced.Count, equal), differences);
    }

    /// <summary>A digest: the key outlives the person.</summary>
    static string KeyOf(string userId) => "import:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(userId)));
}

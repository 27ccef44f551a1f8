using Mana.Auth.Contracts;
using Mana.Payments.Contracts;
using Mana.Payments.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Payments.Risk;

/// <summary>One row for each payment that was disputed; a person is flagged while one of theirs has not ended.</summary>
internal sealed class PaymentRisks(NpgsqlDataSource database, IServiceScopeFactory scopes, IErasedUsers erased, TimeProvider time) : IPaymentRisk
{
    const string Won = "won";

    public async Task<bool> IsFlaggedAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT EXISTS (SELECT FROM payments.risks WHERE user_id = $1 AND ended_at IS NULL)", userId);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public async Task ReportAsync(string userId, string paymentIntentId, bool isDisputed, CancellationToken cancellationToken)
    {
        if (await erased.IsErasedAsync(userId, cancellationToken))
            return;
        // A won dispute of which we hear only now needs no row: it never was a reason.
        await using var command = isDisputed
            ? Command($"""
                INSERT INTO payments.risks AS r (payment_intent_id, user_id, flagged_at) VALUES ($1, $2, $3)
                ON CONFLICT (payment_intent_id) DO UPDATE SET flagged_at = $3, ended_at = NULL, ended_by = NULL WHERE r.ended_by = '{Won}'
                """, paymentIntentId, userId, time.GetUtcNow())
            : Command($"UPDATE payments.risks SET ended_at = $3, ended_by = '{Won}' WHERE payment_intent_id = $1 AND user_id = $2 AND ended_at IS NULL", paymentIntentId, userId, time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<List<RiskRow>> OfAsync(string userId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PaymentsDbContext>().Risks.AsNoTracking().Where(row => row.UserId == userId)
            .OrderBy(row => row.FlaggedAt).ThenBy(row => row.PaymentIntentId).ToListAsync(cancellationToken);
    }

    /// <summary>All that is open of a person; the next dispute flags them again.</summary>
    /// <returns>False: nothing was open.</returns>
    public async Task<bool> LiftAsync(string userId, string adminId, CancellationToken cancellationToken)
    {
        await using var command = Command("UPDATE payments.risks SET ended_at = $2, ended_by = 'admin:' || $3 WHERE user_id = $1 AND ended_at IS NULL", userId, time.GetUtcNow(), adminId);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}

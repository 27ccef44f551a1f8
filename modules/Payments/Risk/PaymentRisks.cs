using Mana.Auth.Contracts;
using Mana.Payments.Contracts;
using Mana.Payments.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Payments.Risk;

/// <summary>One row for each payment that was disputed; a person is flagged while one of theirs was not lifted.</summary>
internal sealed class PaymentRisks(NpgsqlDataSource database, IServiceScopeFactory scopes, IErasedUsers erased, TimeProvider time) : IPaymentRisk
{
    public async Task<bool> IsFlaggedAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT EXISTS (SELECT FROM payments.risks WHERE user_id = $1 AND lifted_at IS NULL)", userId);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public async Task ReportAsync(string userId, string paymentIntentId, CancellationToken cancellationToken)
    {
        if (await erased.IsErasedAsync(userId, cancellationToken))
            return;
        await using var command = Command(
            "INSERT INTO payments.risks (payment_intent_id, user_id, flagged_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", paymentIntentId, userId, time.GetUtcNow());
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
        await using var command = Command("UPDATE payments.risks SET lifted_at = $2, lifted_by = $3 WHERE user_id = $1 AND lifted_at IS NULL", userId, time.GetUtcNow(), adminId);
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

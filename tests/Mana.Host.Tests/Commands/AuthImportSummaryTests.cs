using Mana.Auth.Contracts;
using Mana.Host.Commands;

namespace Mana.Host.Tests.Commands;

/// <summary>What the operator reads at the end of an import of accounts.</summary>
public sealed class AuthImportSummaryTests
{
    static readonly AuthImportTable Users = new("users", 1200, 1190, 0, 10, 1190, 0, 0, []);

    [Fact]
    public void Everything_that_was_left_out_is_named()
    {
        var result = Result(Users, new AuthImportVaults(3, 1, []));
        Assert.True(result.Passed);
        Assert.Equal(
            [
                "table       read     stored     before    skipped      equal    changed  different",
                "users      1,200      1,190          0         10      1,190          0          0",
                "",
                "Skipped 10 of users: another account has the same address (a, b, …)",
                "skipped: passkeys 3 (not supported yet)",
                "Vaults: 3 open with the key-encryption keys of this server, 1 only with their owners' codes.",
                "Verified: no differences, and every vault can be opened.",
            ],
            AuthImportSummary.Lines(result));
    }

    [Fact]
    public void A_difference_and_a_closed_vault_are_failures()
    {
        Assert.Contains("NOT verified.", AuthImportSummary.Lines(Result(Users with { Differences = 2, FirstDifferences = ["x", "y"] }, new AuthImportVaults(0, 0, []))));
        var closed = Result(Users, new AuthImportVaults(0, 0, [new AuthImportFinding("encryption_vaults", "env-v1 does not open it", 1, ["u"])]));
        Assert.Contains("Vaults that do NOT open: 1 of encryption_vaults: env-v1 does not open it (u)", AuthImportSummary.Lines(closed));
        Assert.Contains("NOT verified.", AuthImportSummary.Lines(closed));
    }

    [Fact]
    public void A_refusal_names_what_is_in_the_way() => Assert.Equal(
        ["Nothing was imported: because.", "2 of users: the same address (original/here) (a/b, c/d)"],
        AuthImportSummary.Lines(new AuthImportResult.Refused("because.", [new AuthImportFinding("users", "the same address (original/here)", 2, ["a/b", "c/d"])])));

    static AuthImportResult.Completed Result(AuthImportTable table, AuthImportVaults vaults) => new(
        [table], [new AuthImportFinding("users", "another account has the same address", 10, ["a", "b"])], [], [new AuthImportLeftBehind("passkeys", 3, "not supported yet")], vaults, DryRun: false);
}

namespace Mana.Host.Tests.Box;

/// <summary>infra/setup: every secret once, for the operator alone, and never over one that is there.</summary>
public sealed class SetupTests : IDisposable
{
    const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    readonly string _folder = Directory.CreateTempSubdirectory("mana-setup-").FullName;

    [Fact]
    public async Task It_makes_every_secret_of_the_compose_file_and_a_second_run_changes_nothing()
    {
        var (exit, first) = await Checkout.RunAsync(Checkout.PathOf("infra/setup"), _folder);
        Assert.True(exit == 0, first);
        var made = Contents();
        var wanted = (await Checkout.YamlAsync(Checkout.Compose))["secrets"]!.AsObject().Select(pair => pair.Key);
        Assert.Equal(wanted.Order(), made.Keys.Order());
        Assert.Equal(["google_client_secret", "smtp_password", "stripe_secret_key", "stripe_webhook_secret"], made.Where(file => file.Value.Length == 0).Select(file => file.Key).Order());
        Assert.Equal(made.Count - 4, made.Values.Where(value => value.Length > 0).Distinct().Count());
        Assert.All(Directory.EnumerateFiles(Secrets), file => Assert.Equal(Mine, File.GetUnixFileMode(file)));
        Assert.All(made.Values.Where(value => value.Length > 0), value => Assert.DoesNotContain(value.Trim(), first, StringComparison.Ordinal));

        await File.WriteAllTextAsync(Path.Combine(Secrets, "smtp_password"), "given by hand\n");
        File.Delete(Path.Combine(Secrets, "service_key"));
        var environment = await File.ReadAllTextAsync(Path.Combine(_folder, ".env"));
        Assert.Equal(0, (await Checkout.RunAsync(Checkout.PathOf("infra/setup"), _folder)).Exit);
        var again = Contents();
        Assert.Equal("given by hand\n", again["smtp_password"]);
        Assert.NotEqual(made["service_key"], again["service_key"]);
        Assert.Equal(made.Where(file => file.Key is not ("smtp_password" or "service_key")), again.Where(file => file.Key is not ("smtp_password" or "service_key")));
        Assert.Equal(environment, await File.ReadAllTextAsync(Path.Combine(_folder, ".env")));
    }

    [Fact]
    public async Task It_says_what_is_missing_and_which_name_leads_nowhere()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, ".env"), "BASE_URL=http://auth.mana.invalid\nSMTP_HOST=localhost\nMAIL_FROM=Mana <a@example.org>\nMANA_HOSTS=other.mana.invalid\n");
        var (exit, said) = await Checkout.RunAsync(Checkout.PathOf("infra/setup"), _folder);
        Assert.Equal(0, exit);
        foreach (var part in (string[])["BASE_URL must begin with https://", "auth.mana.invalid has no address", "other.mana.invalid has no address", "MANA_HOSTS does not name auth.mana.invalid", "ok  localhost is", "BACKUP_MAIL_TO is empty", "VAPID_SUBJECT is empty"])
            Assert.Contains(part, said, StringComparison.Ordinal);
        Assert.DoesNotContain("SMTP_HOST is empty", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_pair_is_not_made_whole_by_a_stranger()
    {
        Directory.CreateDirectory(Secrets);
        await File.WriteAllTextAsync(Path.Combine(Secrets, "vapid_private_key"), "mine\n");
        var (_, said) = await Checkout.RunAsync(Checkout.PathOf("infra/setup"), _folder);
        Assert.Contains("Only one half of the VAPID pair", said, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Secrets, "vapid_public_key")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Secrets => Path.Combine(_folder, "secrets");

    Dictionary<string, string> Contents() => Directory.EnumerateFiles(Secrets).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
}

namespace Mana.Architecture.Tests.Samples.Migrations;

public sealed class PublicMigration;

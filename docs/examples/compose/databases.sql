-- One database each: Kratos' own, and the ledger of the service.
create database kratos;
create database bridge;
